internal import SessionPlan
public import WarehouseDriver

/// Seeded random pageviews in the order of their arrival, batch by batch, in memory that does not grow with their
/// number.
///
/// ```swift
/// var generator = try PageviewGenerator(GeneratorOptions(events: 1000))
/// while let batch = generator.next() { … }
/// print(generator.summary.late)
/// ```
///
/// Event ids are numbered in the order of arrival, as a collector numbers them: so they do not sort by time where
/// pageviews are late, and they serve as an arrival column.
public struct PageviewGenerator: Sendable {
  /// The options cannot be used; says which and why.
  public struct BadOptions: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  private struct Pageview: Sendable {
    var time: Int64
    var user: Int64
    var isBot: Bool
    var page: String
    /// When it arrives, if it is late, and its place among those that arrive at the same moment.
    var arrival: Int64 = 0
    var number: Int64 = 0
  }

  public let options: GeneratorOptions
  public private(set) var summary = GeneratorSummary()
  private var schedule: VisitSchedule
  private var random: SplitMix64
  private var held = MinimumHeap<Pageview> { ($0.arrival, $0.number) < ($1.arrival, $1.number) }
  /// The schedule's next pageview, which waits until the held ones before it have arrived.
  private var upcoming: Pageview?
  private let lateThreshold: UInt64
  private var drawn: Int64 = 0
  private var latest = Int64.min

  /// More late pageviews than this are not under way at once; the first of them then arrives early.
  private static let heldLimit = 65_536

  /// The columns of every batch.
  public var schema: [BatchColumn] {
    [
      BatchColumn("event_id", options.eventIDType == .integer ? .int64 : .text), BatchColumn("user_id", .text),
      BatchColumn("page_view_at", .timestamp), BatchColumn("page", .text),
    ]
  }

  public init(_ options: GeneratorOptions = GeneratorOptions()) throws(BadOptions) {
    if let problem = options.problem { throw BadOptions(description: problem) }
    self.options = options
    schedule = VisitSchedule(options)
    // Another stream than the schedule's, so that more late pageviews do not change what is viewed when.
    random = SplitMix64(seed: options.seed ^ 0x5E55_1071_2E8D_A7A5)
    lateThreshold = UInt64(options.lateShare * 4_294_967_296)
  }

  /// At most `rows` pageviews, at least 1 of them; nil when all are generated.
  public mutating func next(rows: Int = RecordBatch.usualRows) -> RecordBatch? {
    var batch = RecordBatch(schema: schema)
    while batch.rowCount < rows, let pageview = nextArrival() { append(pageview, to: &batch) }
    return batch.rowCount == 0 ? nil : batch
  }

  private mutating func nextArrival() -> Pageview? {
    while true {
      if upcoming == nil { upcoming = draw() }
      guard let pageview = upcoming else { return held.removeFirst() }
      if held.count >= Self.heldLimit { return held.removeFirst() }
      if let first = held.first, first.arrival <= pageview.time { return held.removeFirst() }
      upcoming = nil
      if !random.chance(lateThreshold) { return pageview }
      var late = pageview
      late.arrival = late.time + delay()
      late.number = drawn
      held.insert(late)
    }
  }

  private mutating func draw() -> Pageview? {
    guard let event = schedule.next() else { return nil }
    drawn += 1
    switch event.kind {
    case .sameSecond: summary.sameSecond += 1
    case .boundary: summary.atBoundary += 1
    case .first, .thinking: break
    }
    if event.isBot { summary.byBots += 1 }
    return Pageview(
      time: event.time, user: event.user, isBot: event.isBot, page: PageNames.draw(from: &random))
  }

  /// 32 s to 36 h, each doubling as likely as the others, but not more than a quarter of the whole time.
  private mutating func delay() -> Int64 {
    let base: Int64 = 32_000_000 << random.below(12)
    return min(base + random.below(base), options.span / 4)
  }

  private mutating func append(_ pageview: Pageview, to batch: inout RecordBatch) {
    summary.events += 1
    if pageview.time < latest { summary.late += 1 }
    latest = max(latest, pageview.time)
    switch options.eventIDType {
    case .integer: batch.columns[0].append(Int64(summary.events))
    case .text: batch.columns[0].append("e" + padded(Int64(summary.events), digits: 9))
    }
    batch.columns[1].append((pageview.isBot ? "bot-" : "user-") + padded(pageview.user + 1, digits: 6))
    batch.columns[2].append(pageview.time)
    batch.columns[3].append(pageview.page)
  }
}

/// With zeros in front, so that the order of the bytes is the order of the numbers.
private func padded(_ number: Int64, digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
