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
    for (object, most) in [(ObjectNames.Object.pageviews, pageviews), (.sessionRuns, 2 * runs)]
    where absent.contains(object) {
      guard let rows = try await Self.count(names[object], context.connection) else { continue }
      // A transaction that was broken off may have left all of its rows or none.
      if rows > most { return .isInUse(names[object]) }
    }
    for (objects, areViews) in [(ObjectNames.Object.views.reversed(), true), (ObjectNames.Object.tables, false)] {
      for object in objects where absent.contains(object) {
        guard try await context.connection.describe(names[object]) != nil else { continue }
        try await context.connection.remove(names[object], isView: areViews)
      }
    }
    return .removed
  }

  /// nil where there is no such table.
  private static func count(_ table: ObjectName, _ connection: any Connection) async throws -> Int? {
    guard try await connection.describe(table) != nil else { return nil }
    let cursor = try await connection.open("SELECT count(*) FROM \(try connection.identifier(table))", types: [.int64])
    let batch = try await cursor.next()
    await cursor.close()
    guard case .int64(let count)? = batch?.columns[0][0] else { return nil }
    return Int(count)
  }
}
