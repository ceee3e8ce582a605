internal import Logging
internal import SQLRendering
internal import SessionPlan
internal import SessionRunner
internal import Synchronization
internal import WarehouseDriver

/// What the checks of one kit share: how to connect, what was made, what came of it.
final class KitWork: Sendable {
  let kit: ConformanceKit
  let objects: KitObjects
  let expected: [String: String]
  private let progress: (@Sendable (CheckResult) -> Void)?
  private let list = Mutex<[CheckResult]>([])
  private let current = Mutex(ConformanceSection.cases)

  var dialect: Dialect { kit.dialect }
  var options: ConformanceKit.Options { kit.options }
  var results: [CheckResult] { list.withLock { $0 } }

  init(_ kit: ConformanceKit, progress: (@Sendable (CheckResult) -> Void)?) throws {
    self.kit = kit
    self.progress = progress
    objects = KitObjects(kit)
    var expected: [String: String] = [:]
    for overlay in CaseFile.overlays where overlay.name == kit.dialect.name {
      expected = try CaseFile.expectedFailures(in: overlay.bytes, name: overlay.name)
    }
    self.expected = expected.merging(kit.options.expectedFailures) { $1 }
  }

  // MARK: Checks

  func carryOut(_ section: ConformanceSection) async throws {
    current.withLock { $0 = section }
    do {
      try await section.body(self)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      add("\(section.rawValue)/set-up", "What the section needs can be made.", [], .failed(Self.text(error)), .zero)
    }
    await objects.closeAll()
  }

  /// Carries out a check and notes what came of it.
  ///
  /// - Parameters:
  ///   - proves: the traps and capabilities for which it speaks
  ///   - needs: capabilities without which it cannot be asked
  ///   - body: throws where the check does not hold; returns what was measured
  /// - Throws: `CancellationError` only
  @discardableResult
  func check(
    _ id: String, _ meaning: String, proves: [String] = [], needs: [Capability] = [],
    _ body: () async throws -> String?
  ) async throws -> Bool {
    try Task.checkCancellation()
    let start = ContinuousClock.now
    var note: String?
    var outcome: CheckResult.Outcome
    if let missing = needs.first(where: { !dialect.support(for: $0).isUsable }) {
      outcome = .skipped("the dialect says \(missing.rawValue): \(dialect.support(for: missing).state.rawValue)")
    } else {
      do {
        note = try await body()
        outcome = .passed
      } catch let skipped as Skipped {
        outcome = .skipped(skipped.reason)
      } catch {
        if Task.isCancelled { throw CancellationError() }
        outcome = .failed(Self.text(error))
      }
    }
    add(id, meaning, proves, outcome, ContinuousClock.now - start, note: note)
    return outcome == .passed
  }

  func add(
    _ id: String, _ meaning: String, _ proves: [String], _ outcome: CheckResult.Outcome, _ duration: Duration,
    note: String? = nil
  ) {
    var outcome = outcome
    if let reason = expected[id] {
      switch outcome {
      case .failed: outcome = .failedAsExpected(reason)
      case .passed: outcome = .passedUnexpectedly(reason)
      default: break
      }
    }
    let result = CheckResult(
      id: id, section: current.withLock { $0 }, meaning: meaning, outcome: outcome, note: note, duration: duration,
      proves: proves)
    list.withLock { $0.append(result) }
    progress?(result)
  }

  static func text(_ error: any Error) -> String {
    switch error {
    case let failed as Failed: failed.detail
    default: "\(error)"
    }
  }

  // MARK: Connections and jobs

  func connect(
    lockTimeout: Duration = .seconds(30), observer: (@Sendable (StatementEvent) -> Void)? = nil
  ) async throws -> any Connection {
    try await objects.connect(lockTimeout: lockTimeout, observer: observer)
  }

  func withConnection<Result: Sendable>(_ body: (any Connection) async throws -> Result) async throws -> Result {
    let connection = try await connect()
    do {
      let result = try await body(connection)
      await connection.close()
      return result
    } catch {
      await connection.close()
      throw error
    }
  }

  /// A job of the kit's own with its own source table; its tables are not made yet.
  func job(
    on connection: any Connection, _ change: (inout SessionJob) -> Void = { _ in }
  ) async throws -> JobContext {
    var job = SessionJob(names: try await objects.claimJob(on: connection))
    change(&job)
    return context(job, connection)
  }

  func context(_ job: SessionJob, _ connection: any Connection) -> JobContext {
    JobContext(job: job, connection: connection, logger: Self.logger, toolVersion: "conformance")
  }

  private static let logger = Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() }

  /// Whether two connections see one database. (`sqlite::memory:` is another one for each.)
  func requireSharedDatabase(_ table: ObjectName, _ other: any Connection) async throws {
    if try await other.describe(table) == nil {
      throw Skipped(reason: "each connection of this target has a database of its own")
    }
  }

  // MARK: The end

  /// Removes all that was made, also on a cancelled task.
  func cleanUp() async throws {
    let objects = objects
    let left = await Task { await objects.removeEverything() }.value
    guard left.isEmpty else {
      throw KitError(
        message: "the kit could not remove \(left.joined(separator: ", ")); remove them by hand, or try "
          + "sessionizer conformance --clean-up \(kit.prefix)")
    }
  }
}
