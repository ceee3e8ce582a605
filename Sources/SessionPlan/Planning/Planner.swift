/// States a job as plans in the relational language, in the shape that suits an engine's profile.
///
/// Pure: the same job and profile give the same plans. Each kind of plan has a file of its own beside this one.
public struct Planner: Sendable {
  public let bound: BoundJob
  public let profile: PlanProfile
  /// The job's views, where current sessions and pageviews are read through them.
  private(set) var views: [ObjectNames.Object: TableReference] = [:]
  /// Whether rows of the ledgers are found by their keys; else what is compared is sorted together.
  public var looksUp = true
  /// The time before which no row is taken any more, since `retain` has removed pageviews from there; nil where it has
  /// not.
  public var floor: Timestamp?
  /// What this run has claimed; nil where it holds a lock, or is a script.
  public var claim: Claim?

  /// - Throws: `PlanError` where the job needs what the profile cannot do.
  public init(_ bound: BoundJob, profile: PlanProfile) throws(PlanError) {
    self.bound = bound
    self.profile = profile
    try checkAbilities()
  }

  /// Reads current sessions and pageviews through the job's views, as people do, where plans otherwise read the ledgers.
  /// Only for engines whose views show texts as the tables have them.
  public mutating func readViews() throws {
    for (view, query) in [(.sessions, try sessionsQuery()), (.sessionEvents, try sessionEventsQuery())]
      as [(ObjectNames.Object, Query)]
    {
      views[view] = TableReference(
        .stored(names[view]), alias: "", columns: try PlanChecker().columns(of: query), keys: keys(of: view))
    }
  }

  var job: SessionJob { bound.job }
  var names: ObjectNames { bound.job.names }
  var gap: Int64 { bound.job.gap.microseconds }
  var attributes: [String] { bound.job.attributes.map(\.name) }
  var idType: ValueType { bound.idType }
  var ids: Collation { bound.idCollation }

  private func checkAbilities() throws(PlanError) {
    if case .named(let zone) = SourceZone(job.source.timeZone), !profile.hasNamedTimeZones {
      throw PlanError(
        .unsupported, "dialect \(profile.dialect), source.time_zone \(zone): it cannot convert named time zones",
        remedy: "give a fixed offset such as +02:00, or a view that converts to UTC")
    }
    if profile.hasStrictTypes { try checkSourceTypes() }
    var taken: Set<String> = []
    for attribute in job.attributes {
      let columns = [Column.attribute(attribute.name), .lastAttribute(attribute.name)].map { $0.name.lowercased() }
      let isTaken = columns.map { !taken.insert($0).inserted }.contains(true)
      guard Attribute.isReserved(attribute.name) || isTaken else { continue }
      throw PlanError(
        .wrongSetting, "attributes: \(attribute.name) is the name of another column",
        remedy: "give the attribute a name of its own, such as my_\(attribute.name)")
    }
    if job.source.sequence != nil, job.source.eventID == nil {
      throw PlanError(
        .wrongSetting, "source.sequence orders pageviews by what is no part of them, and this source has no event ids",
        remedy: "name the column of event ids, or leave source.sequence out")
    }
    if SourceZone(job.source.timeZone) == nil {
      throw PlanError(
        .wrongSetting, "source.time_zone \(job.source.timeZone) is neither UTC, an offset nor a zone's name",
        remedy: "write UTC, +02:00 or Europe/Berlin")
    }
  }

  /// Where columns hold only values of their type, a column of another type can be told beforehand.
  private func checkSourceTypes() throws(PlanError) {
    let source = job.source
    func type(_ column: String) -> ValueType { bound.sourceTypes[column] ?? .text }
    func require(_ column: String, _ setting: String, _ wanted: [ValueType], _ remedy: String) throws(PlanError) {
      guard !wanted.contains(type(column)) else { return }
      throw PlanError(
        .wrongSetting,
        "\(setting): the column \(column) of \(bound.sourceName) has no type of "
          + (wanted == [.integer] ? "integers" : "times"), remedy: remedy)
    }
    let times: [ValueType] = [.timestamp, .zonedTimestamp]
    if source.timeFormat == .timestamp {
      try require(
        source.pageViewAt, "source.page_view_at", times,
        "name another column, set source.time_format for numbers since 1970, or put a view with a cast before the table"
      )
    } else {
      try require(
        source.pageViewAt, "source.page_view_at", [.integer],
        "leave source.time_format \(source.timeFormat.rawValue) away, or name a column of integers")
    }
    guard let arrival = source.arrival else { return }
    switch arrival.kind {
    case .id:
      try require(
        arrival.column, "source.arrival", [.integer], "set source.arrival.kind: time, or name a column of integers")
    case .time:
      try require(
        arrival.column, "source.arrival", times, "set source.arrival.kind: id, or name a column of times")
    }
  }
}

/// The zone of source times that carry none.
public enum SourceZone: Hashable, Sendable {
  case utc
  /// Minutes east of UTC.
  case offset(minutes: Int)
  case named(String)

  /// nil for a text that is no zone.
  public init?(_ text: String) {
    if ["UTC", "Z", "+00:00"].contains(text.uppercased()) {
      self = .utc
      return
    }
    if let sign = text.first, sign == "+" || sign == "-" {
      let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hours = Int(parts[0]),
        let minutes = Int(parts[1]),
        hours <= 15, minutes <= 59, hours >= 0, minutes >= 0
      else { return nil }
      self = .offset(minutes: (sign == "-" ? -1 : 1) * (hours * 60 + minutes))
      return
    }
    let allowed = text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "/_+-".unicodeScalars.contains($0)
    }
    guard allowed, let first = text.unicodeScalars.first, first.properties.isAlphabetic else { return nil }
    self = .named(text)
  }
}
