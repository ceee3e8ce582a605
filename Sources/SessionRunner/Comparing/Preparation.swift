internal import SessionPlan
internal import WarehouseDriver

/// What a comparison has made in a database, so that one that does not end takes it back.
///
/// A table that was there before is never touched: what was brought into it, and a finished run, stay.
struct Preparation: Sendable {
  /// Tables and views that were absent before the comparison made them.
  private let absent: [ObjectNames.Object]
  /// How many pageviews it has brought, and how many runs it has begun; each has two rows in `session_runs` at the most.
  var pageviews = 0
  var runs = 0

  init(of context: JobContext) async throws {
    var absent: [ObjectNames.Object] = []
    for object in ObjectNames.Object.allCases where object != .pageviews || context.job.source.table == nil {
      if try await context.connection.describe(context.job.names[object]) == nil { absent.append(object) }
    }
    self.absent = absent
  }

  /// What became of the tables.
  enum Outcome: Hashable, Sendable {
    /// Everything was there before.
    case nothingMade
    case removed
    /// Somebody else has written into this one meanwhile, so that all stays.
    case isInUse(ObjectName)
  }

  /// Removes what was made; views first, since they need the tables.
  func takeBack(_ context: JobContext) async throws -> Outcome {
    try await WorkPhase.$current.withValue(.takeBack) { try await removeUnlessUsed(context) }
  }

  private func removeUnlessUsed(_ context: JobContext) async throws -> Outcome {
    guard !absent.isEmpty else { return .nothingMade }
    let names = context.job.names
    // A transaction that was broken off may have left all of its rows or none. Rows of quarantine without a run are lines
    // of a file that could not be loaded, and a comparison loads no files.
    let limits: [(object: ObjectNames.Object, most: Int, missing: String?)] = [
      (.pageviews, pageviews, nil), (.sessionRuns, 2 * runs, nil), (.sessionQuarantine, 0, "run_id"),
    ]
    for limit in limits where absent.contains(limit.object) {
      let name = names[limit.object]
      let rows = try await Self.count(name, missing: limit.missing, context.connection)
      if let rows, rows > limit.most { return .isInUse(name) }
    }
    for (objects, areViews) in [(ObjectNames.Object.views.reversed(), true), (ObjectNames.Object.tables, false)] {
      for object in objects where absent.contains(object) {
        guard try await context.connection.describe(names[object]) != nil else { continue }
        try await context.connection.remove(names[object], isView: areViews)
      }
    }
    return .removed
  }

  /// - Parameter column: counts the rows that have no value in this column; nil counts all
  /// - Returns: nil where there is no such table
  private static func count(_ table: ObjectName, missing column: String?, _ connection: any Connection) async throws
    -> Int?
  {
    guard try await connection.describe(table) != nil else { return nil }
    var sql = "SELECT count(*) FROM \(try connection.identifier(table))"
    if let column { sql += " WHERE \(try connection.identifier(ObjectName(column))) IS NULL" }
    let cursor = try await connection.open(sql, types: [.int64])
    let batch = try await cursor.next()
    await cursor.close()
    guard case .int64(let count)? = batch?.columns[0][0] else { return nil }
    return Int(count)
  }
}
