internal import SessionPlan
internal import WarehouseDriver

/// Finds out what a plan must know of the database: the types of the source's columns and of the ledger's ids.
extension JobContext {
  /// The job bound to its source table, for `create`, `run` and `verify`.
  ///
  /// - Parameter added: columns that the source is about to get
  func boundToSource(adding added: Set<String> = []) async throws -> BoundJob {
    var job = job
    let name = job.source.table ?? job.names[.pageviews]
    guard let table = try await connection.describe(name) else {
      throw RunnerError(
        "there is no table \(name)",
        remedy: job.source.table == nil
          ? createFirst + "; or name a table of your own with --source-table"
          : "check source.table in the job file, or --source-table"
            + (hasRoles ? ", and whether this role may see it" : ""))
    }
    let columns = Dictionary(table.columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    // The tool's own table numbers its rows as they arrive.
    if job.source.table == nil, job.source.arrival == nil, columns["arrival_id"] != nil {
      job.source.arrival = Arrival(column: "arrival_id")
    }
    let layout = try await currentLayout()
    if job.source.table == nil, job.source.eventID != nil, job.source.sequence == nil,
      columns[PageviewSource.ownSequence] != nil,
      layout.hasSequence || !layout.exists
    {
      job.source.sequence = PageviewSource.ownSequence
    }
    var types: [String: ValueType] = [:]
    var required: Set<String> = []
    for (setting, column) in Self.columnsRead(by: job) {
      guard let found = columns[column] else {
        if added.contains(column) {
          types[column] = .text
          continue
        }
        throw RunnerError(
          "\(name) has no column \(column) (\(setting)); it has "
            + table.columns.map(\.name).joined(separator: ", "),
          remedy: "name the right one in the job file or by an option")
      }
      types[column] = found.type ?? .text
      if !found.isNullable { required.insert(column) }
    }
    if !profile.hasStrictTypes {
      if let arrival = job.source.arrival, arrival.kind == .id { types[arrival.column] = .integer }
      if job.source.timeFormat != .timestamp { types[job.source.pageViewAt] = .integer }
    }
    let idType: EventIDType = job.source.eventID.map { types[$0] == .integer ? .integer : .text } ?? .text
    var bound = BoundJob(job, eventIDType: idType, sourceTypes: types, requiredColumns: required)
    bound.isUpgraded = layout.isUpgraded
    return bound
  }

  /// What to do where a table of the tool's own is not there, or cannot be seen.
  var createFirst: String {
    "run `sessionizer create` first, or check --prefix and --schema"
      + (hasRoles
        ? "; where it has been run, this role may not see the tables: have their owner run `sessionizer create --grant ROLE`"
        : "")
  }

  /// Whether the engine has roles with rights of their own, as far as the tool knows.
  private var hasRoles: Bool {
    (try? connection.render(.grant(.table(job.names[.sessionRuns], [.select], to: "role")))) != nil
  }

  /// The job as a reader needs it: its settings are the ledger's.
  func boundToLedger() async throws -> BoundJob { try await boundToLedger(try await currentLayout()) }

  /// The same for ledgers of any layout.
  func boundToLedger(_ layout: LedgerLayout) async throws -> BoundJob {
    let name = job.names[.sessionTable]
    guard let ledger = try await connection.describe(name) else {
      throw RunnerError(
        "there is no table \(name)", remedy: createFirst)
    }
    let isInteger = ledger.columns.first { $0.name == "event_id" }?.type == .integer
    var bound = BoundJob.assumed(job)
    bound.eventIDType = isInteger ? .integer : .text
    bound.isUpgraded = layout.isUpgraded
    bound.job.source.sequence = layout.hasSequence ? PageviewSource.ownSequence : nil
    if !layout.isOld { try await requireKnownLayout(try planner(bound)) }
    if let settings = try await ledgerSettings(bound) {
      bound.job = settings.applied(to: bound.job)
      if case let attributes = bound.job.attributes, !attributes.isEmpty {
        for attribute in attributes { bound.sourceTypes[attribute.column] = .text }
      }
    } else {
      let own = Set(try planner(bound).ledgerColumns(.sessionTable))
      let extra = ledger.columns.map(\.name).filter { !own.contains($0) }
      bound.job.attributes = job.attributes.isEmpty ? extra.map { Attribute(name: $0, column: $0) } : job.attributes
    }
    return bound
  }

  /// - Returns: the settings of the ledgers, where they have any
  /// - Throws: `RunnerError` naming the setting and both values, where the ledger belongs to another job.
  @discardableResult
  func requireSameJob(_ bound: BoundJob) async throws -> JobFingerprint? {
    try await requireKnownLayout(try planner(bound))
    guard let theirs = try await ledgerSettings(bound) else {
      try await requireIDs(bound)
      return nil
    }
    let mine = JobFingerprint(bound)
    guard let difference = mine.difference(from: theirs) else { return theirs }
    throw Self.anotherJob(difference.setting, mine, theirs)
  }

  /// That ledgers which no run has written yet, such as those of a rendered script, keep event ids as the source has them.
  private func requireIDs(_ bound: BoundJob) async throws {
    let name = job.names[.sessionTable]
    guard let column = try await connection.describe(name)?.columns.first(where: { $0.name == "event_id" }),
      let type = column.type, (type == .integer) != (bound.eventIDType == .integer)
    else { return }
    let kept: EventIDType = type == .integer ? .integer : .text
    let source = bound.job.source.eventID.map { "\($0) of \(bound.sourceName)" } ?? "a derived id"
    throw RunnerError(
      "\(name) keeps event ids as \(kept.rawValue), and \(source) is \(bound.eventIDType.rawValue) (event_id_type)",
      remedy: "make the ledgers anew with `sessionizer create`, or render them with --event-id-type "
        + "\(bound.eventIDType.rawValue); they are empty")
  }

  /// The source columns that a job reads, each with the setting that names it.
  static func columnsRead(by job: SessionJob) -> [(setting: String, column: String)] {
    let source = job.source
    var result: [(String, String)] = []
    if let id = source.eventID { result.append(("source.event_id", id)) }
    result.append(("source.user_id", source.userID))
    result.append(("source.page_view_at", source.pageViewAt))
    if let page = source.page { result.append(("source.page", page)) }
    if let sequence = source.sequence { result.append(("source.sequence", sequence)) }
    if let arrival = source.arrival { result.append(("source.arrival", arrival.column)) }
    for attribute in job.attributes { result.append(("attributes", attribute.column)) }
    for column in source.filter?.columns.sorted() ?? [] { result.append(("source.filter", column)) }
    return result
  }
}
