internal import SessionPlan
internal import WarehouseDriver

/// The same pageviews everywhere, and a run over them.
extension TargetComparison {
  /// Each step is a transaction of its own, so that one that is interrupted leaves nothing of itself.
  ///
  /// - Parameter preparations: what was made in each target so far, one a target, also where this throws
  func prepared(_ preparations: inout [Preparation]) async throws -> [Side] {
    var sides = sides
    for side in sides { preparations.append(try await Preparation(of: side.context)) }
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
      let copied = try await WorkPhase.$current.withValue(.load) {
        try await copySource(from: from, to: to, &preparations[index])
      }
      if copied > 0 { note("\(sides[index].name): \(copied) pageviews brought from \(sides[0].name)") }
    }
    for (index, side) in sides.enumerated() {
      try Task.checkCancellation()
      let report: RunReport
      do {
        report = try await side.context.run(RunRequest(wait: request.wait))
      } catch {
        preparations[index].note(error)
        throw error
      }
      preparations[index].runIDs.append(report.runID)
      note("\(side.name): run \(report.runID), \(report.pageviews) new pageviews")
    }
    return sides
  }

  /// Where the comparison does not end, the tables that it made are removed again.
  func takeBack(_ preparations: [Preparation]) async {
    for (side, preparation) in zip(sides, preparations) {
      do {
        switch try await preparation.takeBack(side.context) {
        case .nothingMade: break
        case .removed: note("\(side.name): the tables that were made here are removed again")
        case .isInUse(let table):
          note("\(side.name): the tables that were made here stay, since others have written into \(table)")
        case .isUncertain:
          note(
            "\(side.name): the tables that were made here stay, since a COMMIT failed and it is not known what it wrote"
          )
        }
      } catch {
        note("\(side.name): the tables that were made here could not be removed (\(error))")
      }
    }
  }

  /// A source that has rows, or that is somebody else's table, is never touched.
  ///
  /// - Returns: the number of rows
  private func copySource(
    from first: JobContext, to other: JobContext, _ preparation: inout Preparation
  ) async throws -> Int {
    guard first.job.source.table == nil else { return 0 }
    let reader = try first.planner(try await first.boundToSource())
    let writer = try other.planner(try await other.boundToSource())
    guard reader.bound.eventIDType == writer.bound.eventIDType else { return 0 }
    guard try await other.connection.rows(writer.sourceProbe(), path: "compare/is the source empty").isEmpty,
      try await !first.connection.rows(reader.sourceProbe(), path: "compare/is the source empty").isEmpty
    else { return 0 }
    let columns = writer.loadedColumns.map { BatchColumn($0.name, BatchColumnType($0.type)) }
    do {
      let count = try await other.connection.transaction(.write) {
        var copied = 0
        let append = try await other.connection.beginAppend(to: other.job.names[.pageviews], columns: columns)
        do {
          try await first.connection.query(reader.sourceCopy(), path: "compare/source") { batch in
            copied += batch.rowCount
            if batch.rowCount > 0 { try await append.write(RecordBatch(schema: columns, columns: batch.columns)) }
          }
        } catch {
          await append.cancel()
          throw error
        }
        return try await append.finish() ?? copied
      }
      preparation.pageviews = count
      return count
    } catch {
      preparation.note(error)
      throw error
    }
  }
}
