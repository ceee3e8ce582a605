internal import SessionPlan
internal import WarehouseDriver

/// The same pageviews everywhere, and a run over them.
extension TargetComparison {
  /// Each step is a transaction of its own, so that one that is interrupted leaves nothing of itself. There are no
  /// tables of the comparison's own that would have to be cleaned up.
  func prepared() async throws -> [Side] {
    var sides = sides
    try await sides[0].context.create()
    let type = try await sides[0].context.boundToSource().eventIDType
    for index in 1..<sides.count {
      var job = sides[index].context.job
      job.eventIDType = type
      let context = sides[index].context
      sides[index].context = JobContext(
        job: job, connection: context.connection, logger: context.logger, toolVersion: context.toolVersion)
      try await sides[index].context.create()
      let (from, to) = (sides[0].context, sides[index].context)
      let copied = try await WorkPhase.$current.withValue(.load) { try await copySource(from: from, to: to) }
      if copied > 0 { note("\(sides[index].name): \(copied) pageviews brought from \(sides[0].name)") }
    }
    for side in sides {
      try Task.checkCancellation()
      let report = try await side.context.run(RunRequest(wait: request.wait))
      note("\(side.name): run \(report.runID), \(report.pageviews) new pageviews")
    }
    return sides
  }

  /// A source that has rows, or that is somebody else's table, is never touched.
  ///
  /// - Returns: the number of rows
  private func copySource(from first: JobContext, to other: JobContext) async throws -> Int {
    guard first.job.source.table == nil else { return 0 }
    let reader = try first.planner(try await first.boundToSource())
    let writer = try other.planner(try await other.boundToSource())
    guard reader.bound.eventIDType == writer.bound.eventIDType else { return 0 }
    guard try await other.connection.rows(writer.sourceProbe(), path: "compare/is the source empty").isEmpty,
      try await !first.connection.rows(reader.sourceProbe(), path: "compare/is the source empty").isEmpty
    else { return 0 }
    let columns = writer.loadedColumns.map { BatchColumn($0.name, BatchColumnType($0.type)) }
    return try await other.connection.transaction(.write) {
      let append = try await other.connection.beginAppend(to: other.job.names[.pageviews], columns: columns)
      do {
        try await first.connection.query(reader.sourceCopy(), path: "compare/source") { batch in
          if batch.rowCount > 0 { try await append.write(RecordBatch(schema: columns, columns: batch.columns)) }
        }
      } catch {
        await append.cancel()
        throw error
      }
      return try await append.finish()
    }
  }
}
