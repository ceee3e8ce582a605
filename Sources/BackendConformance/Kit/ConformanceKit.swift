public import SQLRendering
public import SessionPlan
public import WarehouseDriver

/// Holds a backend, its dialect and a database to the contract: the same cases for ours and for anybody's.
///
/// It needs nothing but the backend, the dialect and a target. What it makes lies under a random prefix of its own
/// (`szkit_…`), is made by the plan language and filled by the backend's bulk insert, and is gone when `run` returns or
/// throws, also where its task was cancelled. It never touches an object that was there before.
///
/// ```swift
/// @Test func conformance() async throws {
///   let kit = ConformanceKit(backend: MyBackend(), dialect: dialect, target: try Target(url: "mine:test"))
///   let report = try await kit.run()
///   #expect(report.isPassed, "\(report)")
/// }
/// ```
public struct ConformanceKit: Sendable {
  public struct Options: Sendable {
    /// How many random histories are played against the oracle, and the first one's seed.
    public var histories = 10
    public var seed: UInt64 = 1
    /// What is looked at.
    public var sections = ConformanceSection.allCases
    /// The schema to work in; nil is the connection's own.
    public var schema: ObjectName?
    /// Why a check, by its id, is known to fail. It is carried out and must fail. Beside them, the program knows some for
    /// the dialects that are part of it.
    public var expectedFailures: [String: String] = [:]
    /// The cases to play: one's own may be added to `ConformanceCase.own`.
    public var cases = ConformanceCase.own
    /// How many runs of one job begin at once.
    public var runsAtOnce = 4
    /// How long a cancelled statement may go on before the check fails. Generous: how long it took is in the report.
    public var cancelLimit = Duration.seconds(60)
    /// How long a statement may take on the server; nil leaves it to the server.
    public var statementTimeout: Duration?
    /// Called with each statement that a connection reports.
    public var observer: (@Sendable (StatementEvent) -> Void)?

    public init() {}

    /// Reads a file of checks that are known to fail: `{"expected_failures": [{"check": …, "reason": …}]}`.
    ///
    /// - Returns: reasons by the check's id
    /// - Throws: `CaseFileError`
    public static func expectedFailures(path: String) throws -> [String: String] {
      try CaseFile.expectedFailures(in: try CaseFile.bytes(path), name: path)
    }
  }

  public let backend: any Backend
  public let dialect: Dialect
  public let target: Target
  public var options: Options
  /// Before every name that the kit makes; random.
  public let prefix: String

  public init(backend: any Backend, dialect: Dialect, target: Target, options: Options = Options()) {
    self.backend = backend
    self.dialect = dialect
    self.target = target
    self.options = options
    prefix = KitPrefix.random()
  }

  /// Carries out every check.
  ///
  /// - Parameter progress: called with each result as it comes
  /// - Throws: `DriverError` where the database cannot be reached at all; `CancellationError` where the task was
  ///   cancelled, after the clean-up; `KitError` where something of the kit's could not be removed, with its names
  public func run(progress: (@Sendable (CheckResult) -> Void)? = nil) async throws -> ConformanceReport {
    let work = try KitWork(self, progress: progress)
    let facts: ServerFacts
    do {
      facts = try await work.withConnection { try await $0.facts() }
      for section in ConformanceSection.allCases where options.sections.contains(section) {
        try await work.carryOut(section)
      }
    } catch {
      try await work.cleanUp()
      throw Task.isCancelled ? CancellationError() : error
    }
    try await work.cleanUp()
    return ConformanceReport(
      engine: facts.engine, version: facts.version, dialect: dialect, prefix: prefix, seed: options.seed,
      results: work.results)
  }

  /// Removes what a kit left behind that was ended by force.
  ///
  /// - Parameter prefix: `szkit_` and eight digits or letters, as that kit said at its start
  /// - Returns: the names of what was removed
  /// - Throws: `KitError` for anything that is no prefix of a kit's
  public func cleanUp(after prefix: String) async throws -> [ObjectName] {
    guard KitPrefix.isOne(prefix) else {
      throw KitError(
        message: "\(prefix) is no prefix of a kit's; it is \(KitPrefix.start) and eight of 0-9 and a-f")
    }
    let work = try KitWork(self, progress: nil)
    do {
      let removed = try await work.objects.dropAll(of: prefix, try await work.connect())
      await work.objects.closeAll()
      return removed
    } catch {
      await work.objects.closeAll()
      throw error
    }
  }
}

/// What the kit itself cannot do, or finds wrong with how it was asked.
public struct KitError: Error, Hashable, CustomStringConvertible {
  public var message: String
  public var description: String { message }
}

/// The beginning of all names of one kit.
enum KitPrefix {
  static let start = "szkit_"

  static func random() -> String {
    let digits = String(UInt32.random(in: .min ... .max), radix: 16)
    return start + String(repeating: "0", count: 8 - digits.count) + digits
  }

  static func isOne(_ text: String) -> Bool {
    guard text.hasPrefix(start), text.utf8.count == start.utf8.count + 8 else { return false }
    return text.dropFirst(start.count).unicodeScalars.allSatisfy {
      ("0"..."9").contains($0) || ("a"..."f").contains($0)
    }
  }
}
