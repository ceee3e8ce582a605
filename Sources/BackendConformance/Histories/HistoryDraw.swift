internal import SessionPlan

/// What kinds of histories are drawn.
public struct HistoryDistribution: Hashable, Sendable {
  /// Whether sources hold times and ids that only a loosely typed engine can hold.
  public var hasLooseValues: Bool
  /// Whether sources have the types of strict engines, and the values that those hold: zones, infinity, uuids.
  public var hasStrictTypes: Bool
  /// Whether times that are moments are from 1970 to 2038 only, and no time is infinite or outside the years 0001 to
  /// 9999.
  public var hasNarrowTimes: Bool
  /// Whether runs are killed between lineage and rows.
  public var hasKilledRuns: Bool
  /// Whether half of the sources with event ids have a sequence.
  public var hasSequences: Bool
  /// One history in so many has three times the usual rows.
  public var oneLargerIn: Int

  public init(
    hasLooseValues: Bool = false, hasStrictTypes: Bool = false, hasNarrowTimes: Bool = false,
    hasKilledRuns: Bool = true, hasSequences: Bool = false, oneLargerIn: Int = 20
  ) {
    self.hasNarrowTimes = hasNarrowTimes
    self.hasLooseValues = hasLooseValues
    self.hasStrictTypes = hasStrictTypes
    self.hasKilledRuns = hasKilledRuns
    self.hasSequences = hasSequences
    self.oneLargerIn = oneLargerIn
  }

  /// What every backend must live through.
  public static let standard = HistoryDistribution()
  /// The same where sources may have a sequence.
  public static let sequenced = HistoryDistribution(hasSequences: true)
  /// The same and values of the wrong type, for engines whose columns hold anything.
  public static let loose = HistoryDistribution(hasLooseValues: true)
  /// The same in columns of several types, for engines whose columns hold their type only.
  public static let typed = HistoryDistribution(hasStrictTypes: true)
  /// The same for engines whose types of times hold little more than a job can use.
  public static let narrowlyTyped = HistoryDistribution(hasStrictTypes: true, hasNarrowTimes: true)

  /// The history of a seed: always the same.
  public func history(seed: UInt64) -> History {
    var draw = HistoryDraw(distribution: self, seed: seed)
    return draw.history()
  }
}

/// One history while it is drawn.
struct HistoryDraw {
  let distribution: HistoryDistribution
  let seed: UInt64
  var random: SplitMix64
  var job: HistoryJob
  /// Sessions much longer than a gap, with one pageview held back here and there: a run then touches one session in
  /// two places that are further apart than its context reaches.
  var hasHoles = false
  /// Single sessions that then merge in pairs, and the pairs in pairs: whatever was merged is merged again.
  let hasMerges: Bool

  init(distribution: HistoryDistribution, seed: UInt64) {
    self.distribution = distribution
    self.seed = seed
    random = SplitMix64(seed: seed)
    // Of numbers of its own, so that the other histories stay what they were.
    var own = SplitMix64(seed: ~seed)
    hasMerges = own.below(12) == 0
    job = HistoryJob()
  }

  mutating func history() -> History {
    job = drawJob()
    if hasMerges { return mergingHistory() }
    hasHoles = random.chance(20)
    var rows = drawRows()
    let firstBatch = hasHoles ? holdBack(&rows) : arrange(&rows)
    let steps = drawSteps(rows, firstBatch: firstBatch)
    return History(seed: seed, job: job, steps: steps)
  }

  private mutating func drawJob() -> HistoryJob {
    let gap = Gap(microseconds: random.pick(HistoryPalette.gaps)) ?? .standard
    var arrival: HistoryJob.Arrival?
    if random.chance(70) {
      let kind: SessionPlan.Arrival.Kind = random.chance(70) ? .id : .time
      let overlap = Int64(random.draw(0...5))
      arrival = HistoryJob.Arrival(kind: kind, overlap: kind == .id ? overlap : overlap * 1_000_000)
    }
    var job = HistoryJob(
      gap: gap, boundary: random.chance(50) ? .new : .same, idType: random.chance(50) ? .text : .integer,
      hasEventID: random.chance(78), hasIntegerUsers: random.chance(15), arrival: arrival)
    if distribution.hasStrictTypes {
      job.timeColumn = random.pick([.timestamp, .timestamp, .zonedTimestamp, .zonedTimestamp, .epochMicroseconds])
      job.hasUUIDs = job.hasEventID && job.idType == .text && random.chance(25)
    }
    if distribution.hasSequences { job.hasSequence = job.hasEventID && random.chance(50) }
    return job
  }

  // MARK: Rows

  private mutating func drawRows() -> [SourceRow] {
    let palette = job.hasIntegerUsers ? HistoryPalette.integerUsers : HistoryPalette.users
    var users = palette
    random.shuffle(&users)
    users = Array(users.prefix(random.pick([1, 1, 2, 2, 3, 4])))
    // Keys that a careless comparison takes for one meet in one history.
    if !job.hasIntegerUsers, random.chance(35) {
      users = random.pick([
        ["Bob", "bob"], ["bob", "bob "], [ByteKey(HistoryPalette.composed), ByteKey(HistoryPalette.decomposed)],
        ["\u{1F642}", "\u{1F643}"],
      ])
    }
    if !job.hasIntegerUsers, random.chance(3) {
      users.append(HistoryPalette.longKey(job.hasEventID ? 1024 : 700, &random))
    }
    let isLarge = random.below(distribution.oneLargerIn) == 0
    var count = random.draw(2...(isLarge ? 80 : 26))
    if hasHoles {
      users = Array(users.prefix(random.pick([1, 1, 2])))
      count = max(count, 10 * users.count)
    } else if random.chance(10) {
      count = random.draw(1...4)
    }
    var moments = Dictionary(uniqueKeysWithValues: users.map { ($0, Int64(0)) })
    let era = random.pick(hasNarrowTimes ? HistoryPalette.narrowEras : HistoryPalette.eras)
    var rows: [SourceRow] = []
    for _ in 0..<count {
      let user = random.pick(users)
      let time = (moments[user] ?? 0) + distance()
      moments[user] = time
      var row = SourceRow(id: .null, user: user, time: .at(clamped(era, time)), page: drawPage())
      if job.hasSequence { row.sequence = random.pick(HistoryPalette.sequences) }
      rows.append(row)
    }
    assignIDs(&rows)
    addCopies(&rows)
    addBadRows(&rows, users: users)
    return rows
  }

  private mutating func distance() -> Int64 {
    let gap = job.gap.microseconds
    if job.hasSequence, random.chance(40) { return 0 }
    return hasHoles ? random.pick([gap / 2, gap - 1, gap - 1, gap - 1, gap]) : HistoryPalette.distance(gap, &random)
  }

  /// A source can hold the years 0001 to 9999.
  func clamped(_ era: Int64, _ offset: Int64) -> Int64 {
    min(era + offset, RowRules.end + 86_399_999_999)
  }

  mutating func drawPage() -> ByteKey? {
    random.chance(60) ? random.pick(["/", "/a"]) : random.pick(HistoryPalette.pages)
  }

  /// Ids in an order of their own, or in the order of time.
  mutating func assignIDs(_ rows: inout [SourceRow]) {
    guard job.hasEventID else { return }
    var ids: [SourceID] = []
    let start = random.pick([1, 1, -5, 95, 9_000_000_000_000_000] as [Int64])
    var used: Set<ByteKey> = []
    for index in rows.indices {
      if job.idType == .integer {
        ids.append(.integer(start + Int64(index) * 3))
        continue
      }
      if job.hasUUIDs {
        ids.append(.text(HistoryPalette.uuid(&random)))
        continue
      }
      let front = random.pick(HistoryPalette.idFronts)
      var text = front + String(random.below(max(4, rows.count / 2)))
      if random.chance(5) { text += " " }
      while !used.insert(ByteKey(text)).inserted { text += "x" }
      ids.append(.text(ByteKey(text)))
    }
    if job.idType == .integer, random.chance(10) { ids[0] = .integer(random.pick([.min, .max])) }
    if random.chance(75) { random.shuffle(&ids) }
    for index in rows.indices { rows[index].id = ids[index] }
  }

  /// Equal copies and copies that differ; without ids, real duplicates.
  private mutating func addCopies(_ rows: inout [SourceRow]) {
    guard random.chance(60) else { return }
    let originals = rows
    for _ in 0..<random.draw(1...4) {
      var copy = random.pick(originals)
      if job.hasSequence, random.chance(50) { copy.sequence = random.pick(HistoryPalette.sequences) }
      if job.hasEventID, random.chance(65) {
        switch random.below(5) {
        case 0: copy.page = copy.page == nil ? "" : copy.page == "" ? nil : "/other"
        case 1:
          // NULL and empty are two pages: both copies may come with either.
          copy.page = ""
          rows.append(copy)
          copy.page = nil
        case 2: copy.user = random.pick(originals).user
        default:
          if case .at(let time) = copy.time, case .at(let other) = random.pick(originals).time {
            let moved = clamped(time, HistoryPalette.distance(job.gap.microseconds, &random))
            copy.time = .at(random.chance(50) ? other : moved)
          }
        }
      }
      rows.append(copy)
      if random.chance(20) { rows.append(copy) }
    }
  }

  private mutating func addBadRows(_ rows: inout [SourceRow], users: [ByteKey]) {
    guard random.chance(35) else { return }
    let originals = rows
    for _ in 0..<random.draw(1...3) {
      var row = random.pick(originals)
      switch random.below(distribution.hasLooseValues ? 9 : 7) {
      case 0: row.id = .null
      case 1: row.user = nil
      case 2: row.time = .null
      case 3: row.time = drawTimeOutOfRange()
      case 4: row.user = job.hasIntegerUsers ? nil : ""
      case 5: row.id = job.idType == .text && job.hasEventID && !job.hasUUIDs ? .text("") : .null
      case 6:
        if job.hasIntegerUsers {
          row.time = .null
        } else if job.hasEventID, job.idType == .text, !job.hasUUIDs, random.chance(50) {
          row.id = .text(HistoryPalette.longKey(1025, &random))
        } else {
          row.user = HistoryPalette.longKey(1025, &random)
        }
      case 7: row.time = .bad(random.pick(["yesterday", "2026-02-30 00:00:00", "12:00"]))
      default:
        if job.hasEventID, job.idType == .integer { row.id = .text(random.pick(["007", "+7", "x1", "1.5"])) }
      }
      if !job.hasEventID { row.id = .null }
      rows.append(row)
      if random.chance(30) { rows.append(row) }
    }
  }

  var hasNarrowTimes: Bool { distribution.hasNarrowTimes && job.timeColumn == .zonedTimestamp }

  private mutating func drawTimeOutOfRange() -> SourceTime {
    if hasNarrowTimes { return .null }
    guard distribution.hasStrictTypes, !distribution.hasNarrowTimes else {
      return .at(random.pick(HistoryPalette.outOfRange))
    }
    let time = random.pick(HistoryPalette.outOfRangeTyped)
    if case .infinite = time, job.timeColumn == .epochMicroseconds { return .null }
    return time
  }
}
