internal import SessionPlan
internal import WarehouseDriver

/// What `compare` is to do.
public struct ComparisonRequest: Sendable {
  public enum Mode: Sendable {
    /// Brings the first target's pageviews to those that have none, runs, and compares.
    case run
    /// Compares what is there; writes nothing.
    case existing
    /// Compares the sources only; writes nothing.
    case sourceOnly
  }

  public var mode: Mode
  /// How many differences to keep of each kind and target.
  public var samples: Int
  /// How long a run waits for another one of the same job.
  public var wait: Duration

  public init(mode: Mode = .run, samples: Int = 5, wait: Duration = .zero) {
    self.mode = mode
    self.samples = samples
    self.wait = wait
  }
}

/// The same job on several databases.
///
/// Checksums first: each database is read once, unordered, all at the same time. Only where the sums of some bucket of
/// ids differ, the rows are read again. The rows of a few buckets are kept and sorted here; of many, the engines are asked
/// for their order, and they are read side by side. Both readings are of one snapshot of each database, and neither
/// keeps more than batches of rows, and the rows of the few.
public struct TargetComparison: Sendable {
  public struct Side: Sendable {
    /// What it is called in reports; no secret.
    public var name: String
    public var context: JobContext

    public init(name: String, context: JobContext) {
      self.name = name
      self.context = context
    }
  }

  var sides: [Side]
  let request: ComparisonRequest
  let note: @Sendable (String) -> Void
  /// Up to how many rows of a side are sorted here, and how many bytes they may take. With both sides' in memory, compare
  /// stays below 200 MB.
  var (mostRowsHere, mostBytesHere) = (30_000, 16 << 20)

  /// - Parameters:
  ///   - sides: two or more; the first is what the others are compared with
  ///   - note: called with what was done, one line each
  public init(_ sides: [Side], _ request: ComparisonRequest, note: @escaping @Sendable (String) -> Void = { _ in }) {
    precondition(sides.count >= 2, "a comparison has two sides")
    self.sides = sides
    self.request = request
    self.note = note
  }

  public func run() async throws -> ComparisonReport {
    guard request.mode == .run else { return try await read(sides) }
    var preparations: [Preparation] = []
    do {
      return try await read(try await prepared(&preparations))
    } catch {
      // On a task that was cancelled, no statement begins.
      let made = preparations
      await Task { await takeBack(made) }.value
      throw error
    }
  }

  /// Compares one snapshot of each.
  private func read(_ sides: [Side]) async throws -> ComparisonReport {
    try await WorkPhase.$current.withValue(.read) {
      do {
        for side in sides { try await side.context.connection.begin(.read) }
        if request.mode != .sourceOnly { try await requireOneJob(sides) }
        let report = try await compared(sides)
        for side in sides { try await side.context.connection.rollback() }
        return report
      } catch {
        for side in sides { try? await side.context.connection.rollback() }
        throw error
      }
    }
  }

  /// Sessions with another gap are others, and nothing that each row could tell.
  ///
  /// - Throws: `RunnerError` that names the setting, and both values
  private func requireOneJob(_ sides: [Side]) async throws {
    var first: (name: String, settings: [String: String])?
    for side in sides {
      let context = side.context
      guard let fingerprint = try await context.ledgerSettings(try await context.boundToLedger()) else { continue }
      guard let first else {
        first = (side.name, fingerprint.settings)
        continue
      }
      for setting in ["gap", "gap_boundary"] {
        guard let here = first.settings[setting], let there = fingerprint.settings[setting], here != there else {
          continue
        }
        throw RunnerError(
          "the ledgers are of different jobs: \(setting) is \(here) in \(first.name), \(there) in \(side.name)",
          remedy: "compare ledgers of one job, or make one of them anew (--prefix) with the other's \(setting)")
      }
    }
  }

  private func compared(_ sides: [Side]) async throws -> ComparisonReport {
    var report = ComparisonReport(first: sides[0].name)
    for kind in ComparedKind.all(request.mode) {
      let planners = try await Self.planners(kind, sides)
      let summed = try await Self.concurrently(sides.count) { index in
        try await kind.checksums(sides[index].context, planners[index])
      }
      for other in 1..<sides.count {
        var rows = ComparisonReport.Rows(
          kind: kind.rawValue, other: sides[other].name, columns: summed[0].columns, rowsHere: summed[0].sums.rows,
          rowsThere: summed[other].sums.rows, checksumHere: summed[0].sums.text,
          checksumThere: summed[other].sums.text, changedColumns: summed[0].columns.map { _ in 0 })
        guard summed[other].columns == rows.columns else {
          throw RunnerError(
            "\(kind.rawValue) have the columns \(rows.columns.joined(separator: ", ")) in \(sides[0].name), "
              + "\(summed[other].columns.joined(separator: ", ")) in \(sides[other].name)",
            remedy: "compare jobs with the same attributes")
        }
        let differing = summed[0].sums.differing(from: summed[other].sums)
        if differing.contains(true) {
          let most = max(summed[0].sums.rows(in: differing), summed[other].sums.rows(in: differing))
          let readings = [0, other].map { index in
            Reading(side: sides[index], kind: kind, planner: planners[index], buckets: differing)
          }
          try await compareRows(of: readings, most: most) { rows.add($0, keeping: request.samples) }
        }
        report.rows.append(rows)
      }
    }
    if request.mode != .sourceOnly { report.totals = try await totals(sides) }
    return report
  }

  /// Both readings of a kind are of one plan; ids of two types are in no common order.
  private static func planners(_ kind: ComparedKind, _ sides: [Side]) async throws -> [Planner] {
    var planners: [Planner] = []
    for side in sides {
      do {
        planners.append(try await side.context.planner(comparing: kind))
      } catch let error as RunnerError {
        throw RunnerError("\(side.name): \(error.message)", remedy: error.remedy, exitCode: error.exitCode)
      }
      let types = (planners[0].bound.eventIDType, planners[planners.count - 1].bound.eventIDType)
      guard types.0 == types.1 else {
        throw RunnerError(
          "the event ids are of type \(types.0.rawValue) in \(sides[0].name), \(types.1.rawValue) in \(side.name)",
          remedy: "make both with the same --event-id-type, or compare with a view that casts")
      }
    }
    return planners
  }

  private func totals(_ sides: [Side]) async throws -> [ComparisonReport.Total] {
    let found = try await Self.concurrently(sides.count) { index in
      var metrics: [(name: String, value: String?)] = []
      try await sides[index].context.aggregate(.totals) { batch in
        for row in 0..<batch.rowCount {
          guard case .text(let name)? = batch.columns[0][row] else { continue }
          if case .text(let value)? = batch.columns[1][row] {
            metrics.append((name, value))
          } else {
            metrics.append((name, nil))
          }
        }
      }
      return metrics
    }
    return (1..<sides.count).flatMap { other in
      zip(found[0], found[other]).map { here, there in
        ComparisonReport.Total(other: sides[other].name, metric: here.name, here: here.value, there: there.value)
      }
    }
  }

  /// Does something for each side at the same time.
  static func concurrently<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Result
  ) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
      for index in 0..<count { group.addTask { (index, try await body(index)) } }
      var results: [(Int, Result)] = []
      for try await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
