/// A kind of database: it knows its URL schemes and makes connections.
public protocol Backend: Sendable {
  /// The schemes it answers to, in lower case.
  var schemes: [String] { get }

  /// Opens a connection.
  ///
  /// - Throws: `DriverError`, whose description shows no secret.
  func connect(to target: Target, options: ConnectionOptions) async throws -> any Connection

  /// What it reaches on this machine.
  func findings() -> [BackendFinding]
}

extension Backend {
  public func findings() -> [BackendFinding] {
    schemes.map { BackendFinding(target: $0 + ":", isFound: true, detail: "part of the program") }
  }
}

/// What the user asked of a connection.
public struct ConnectionOptions: Sendable {
  /// Whether the database may be made if it does not exist (SQLite: a new file).
  public var mayCreate: Bool
  /// Whether only reading is intended; a backend uses it to open a read-only database.
  public var readOnly: Bool
  /// How long a statement waits for another connection's lock.
  public var lockTimeout: Duration
  /// How long connecting waits for another run, where a database is open for one process at a time: `--wait`.
  public var jobWait: Duration = .zero
  /// How long a statement may take on the server; nil leaves it to the server's own setting.
  public var statementTimeout: Duration?
  /// Called with each statement, its time and the number of rows: `--verbose`.
  public var observer: (@Sendable (StatementEvent) -> Void)?
  /// Called with each text as it goes to the database, on the task that sends it, whatever comes of it: those that the
  /// connection sends by itself as well, such as settings, BEGIN and reads of the catalog, but none that it refuses.
  /// What the tests know of all SQL.
  public var onSend: (@Sendable (String) -> Void)?
  /// Called with what the user should know of how the connection came about, such as which dialect was chosen: one
  /// sentence.
  public var notice: (@Sendable (String) -> Void)?

  public init(
    mayCreate: Bool = false, readOnly: Bool = false, lockTimeout: Duration = .seconds(5),
    statementTimeout: Duration? = nil, observer: (@Sendable (StatementEvent) -> Void)? = nil,
    onSend: (@Sendable (String) -> Void)? = nil, notice: (@Sendable (String) -> Void)? = nil
  ) {
    self.mayCreate = mayCreate
    self.readOnly = readOnly
    self.lockTimeout = lockTimeout
    self.statementTimeout = statementTimeout
    self.observer = observer
    self.onSend = onSend
    self.notice = notice
  }
}

/// A statement that was carried out.
public struct StatementEvent: Sendable {
  public var sql: String
  public var duration: Duration
  /// Rows changed or read, where the engine says.
  public var rows: Int?

  public init(sql: String, duration: Duration, rows: Int?) {
    self.sql = sql
    self.duration = duration
    self.rows = rows
  }
}

/// Finds the backend of a target by its scheme.
public struct BackendRegistry: Sendable {
  public private(set) var backends: [any Backend]

  public init(_ backends: [any Backend] = []) {
    self.backends = backends
  }

  public mutating func register(_ backend: any Backend) { backends.append(backend) }

  /// - Throws: `DriverError` (`badTarget`) that lists the schemes there are.
  public func backend(for target: Target) throws(DriverError) -> any Backend {
    if let found = backends.first(where: { $0.schemes.contains(target.scheme) }) { return found }
    // The scheme itself is not shown: what stands before a colon by mistake may be a secret.
    let known = backends.flatMap(\.schemes).map { $0 + ":" }.joined(separator: ", ")
    throw DriverError(
      .badTarget, phase: .connect, "no backend for a target that begins like this one",
      remedy: target.rightForm.map { "write \($0)" } ?? "this build has \(known)")
  }
}
