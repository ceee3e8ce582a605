public import PageviewGenerator
internal import SessionPlan
internal import WarehouseDriver

extension JobContext {
  /// Puts random pageviews into the tool's own source table, in one transaction, in the order of their arrival.
  ///
  /// - Parameters:
  ///   - options: the type of the event ids is the table's, whatever they say
  ///   - progress: called after each batch with the number of rows so far
  public func generate(
    _ options: GeneratorOptions, progress: (@Sendable (Int) -> Void)? = nil
  ) async throws -> GeneratorSummary {
    try await WorkPhase.$current.withValue(.load) { try await carryOut(options, progress) }
  }

  private func carryOut(
    _ options: GeneratorOptions, _ progress: (@Sendable (Int) -> Void)?
  ) async throws -> GeneratorSummary {
    guard job.source.table == nil else {
      throw RunnerError(
        "generate fills the tool's own table, and this job reads \(job.source.table?.description ?? "another")",
        remedy: "leave out source.table, or write a file with --output")
    }
    var options = options
    options.eventIDType = try await boundToSource().eventIDType
    var generator = try PageviewGenerator(options)
    return try await connection.transaction(.write) {
      let append = try await connection.beginAppend(to: job.names[.pageviews], columns: generator.schema)
      do {
        while let batch = generator.next() {
          try await append.write(batch)
          progress?(generator.summary.events)
        }
      } catch {
        await append.cancel()
        throw error
      }
      _ = try await append.finish()
      return generator.summary
    }
  }
}
