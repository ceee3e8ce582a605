internal import SessionPlan
internal import WarehouseDriver

/// What a comparison has made in a database, so that one that does not end takes it back.
///
/// A table that was there before is never touched: what was brought into it, and a finished run, stay.
struct Preparation: Sendable {
  /// Tables and views that were absent before the comparison made them.
  private let absent: [ObjectNames.Object]
  /// How many pageviews it has brought and committed.
  var pageviews = 0
  /// The runs that it has committed.
  var runIDs: [Int64] = []
  /// Whether a COMMIT has failed in such a way that nobody knows what became of it.
  var isUncertain = false

  init(of context: JobContext) async throws {
    var absent: [ObjectNames.Object] = []
    for object in ObjectNames.Object.allCases where object != .pageviews || context.job.source.table == nil {
      if try await context.connection.describe(context.job.names[object]) == nil { absent.append(object) }
    }
    self.absent = absent
  }

  /// Notes an error of something that would have written: after one of COMMIT itself, what was written is not known.
  mutating func note(_ error: any Error) {
    if let error = error as? DriverError, error.phase == .commit { isUncertain = true }
  }

  /// What became of the tables.
  enum Outcome: Hashable, Sendable {
    /// Everything was there before.
    case nothingMade
    case removed
    /// Somebody else has written into this one meanwhile, so that all stays.
    case isInUse(ObjectName)
    /// Whether what is in the tables is the comparison's own cannot be told.
    case isUncertain
  }

  /// Removes what was made, where nobody else has written into it.
  func takeBack(_ context: JobContext) async throws -> Outcome {
    try await WorkPhase.$current.withValue(.takeBack) { try await removeUnlessUsed(context) }
  }

  private func removeUnlessUsed(_ context: JobContext) async throws -> Outcome {
    guard !absent.isEmpty else { return .nothingMade }
    if isUncertain { return .isUncertain }
    let connection = context.connection
    func present(_ objects: [ObjectNames.Object]) async throws -> [ObjectNames.Object] {
      var found: [ObjectNames.Object] = []
      for object in objects where absent.contains(object) {
        if try await connection.describe(context.job.names[object]) != nil { found.append(object) }
      }
      return found
    }
    let tables = try await present(ObjectNames.Object.tables)
    let views = try await present(ObjectNames.Object.views.reversed())
    // Locked first, then counted, then dropped: whoever was about to commit rows has done so before the count, and
    // nobody writes between the count and the end.
    var order = ViewRemoval.beforeTables
    if tables.isEmpty {
      try await connection.begin(.write)
    } else {
      order = try await connection.beginRemoval(of: tables.map { context.job.names[$0] })
    }
    do {
      for table in tables where try await isForeign(table, context) {
        try await connection.rollback()
        return .isInUse(context.job.names[table])
      }
      if order == .beforeTables { try await remove(views, areViews: true, context) }
      try await remove(tables, areViews: false, context)
      try await connection.commit()
    } catch {
      try? await connection.rollback()
      throw error
    }
    if order == .afterCommit { try await remove(views, areViews: true, context) }
    return .removed
  }

  private func remove(_ objects: [ObjectNames.Object], areViews: Bool, _ context: JobContext) async throws {
    for object in objects { try await context.connection.remove(context.job.names[object], isView: areViews) }
  }

  // MARK: Whose rows

  /// Whether a table has rows that the comparison did not commit itself.
  ///
  /// What is its own is known exactly: a transaction that was broken off has left nothing.
  private func isForeign(_ table: ObjectNames.Object, _ context: JobContext) async throws -> Bool {
    let connection = context.connection
    let name = context.job.names[table]
    let from = " FROM \(try connection.identifier(name))"
    if table == .pageviews { return try await count("SELECT count(*)" + from, connection) != pageviews }
    guard try await connection.describe(name)?.columns.contains(where: { $0.name == "run_id" }) ?? false else {
      return try await count("SELECT count(*)" + from, connection) != 0
    }
    // Rows of quarantine without a run are lines of a file, and a comparison loads no files.
    // The run id 0 is that of the row by which `create` notes the settings.
    let own = runIDs + (table == .sessionRuns ? [0] : [])
    var condition = ""
    if !own.isEmpty {
      let column = try connection.identifier(ObjectName("run_id"))
      condition = " WHERE \(column) IS NULL OR \(column) NOT IN (\(own.map(String.init).joined(separator: ", ")))"
    }
    return try await count("SELECT count(*)" + from + condition, connection) != 0
  }

  private func count(_ sql: String, _ connection: any Connection) async throws -> Int {
    let cursor = try await connection.open(sql, types: [.int64])
    let batch = try await cursor.next()
    await cursor.close()
    guard case .int64(let count)? = batch?.columns[0][0] else {
      throw RunnerError("the number of rows could not be read")
    }
    return Int(count)
  }
}
