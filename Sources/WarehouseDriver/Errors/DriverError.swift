/// What went wrong between the tool and a database.
///
/// `description` is one line for people and shows neither a secret nor a value from the data; `statement` is for
/// `--verbose`.
public struct DriverError: Error, Sendable {
  /// What kind of thing went wrong. A struct over a private enum, so that kinds can be added without breaking a
  /// backend that was built before.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case connection, authentication, noSuchObject, wrongColumn, notADatabase, readOnly, permission, locked
      case jobLocked, diskFull, constraint, refused, timeout, cancelled, connectionLost, badTarget, unsupported
      case encoding, concurrentChange, other
    }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }
    public var description: String { kind.rawValue }

    /// The server or file cannot be reached.
    public static let connection = Code(.connection)
    /// Wrong user or password.
    public static let authentication = Code(.authentication)
    /// A table, view, schema or database that does not exist.
    public static let noSuchObject = Code(.noSuchObject)
    /// A column that does not exist or has the wrong type.
    public static let wrongColumn = Code(.wrongColumn)
    /// The file is no database of this engine.
    public static let notADatabase = Code(.notADatabase)
    public static let readOnly = Code(.readOnly)
    /// The role may not do that.
    public static let permission = Code(.permission)
    /// Another connection holds a lock that this one needs.
    public static let locked = Code(.locked)
    /// Another connection changed the same at the same moment, such as an entry of the catalog, or there was a deadlock,
    /// and the server gave up this one.
    public static let concurrentChange = Code(.concurrentChange)
    /// Another run holds the job.
    public static let jobLocked = Code(.jobLocked)
    public static let diskFull = Code(.diskFull)
    /// A key or a NOT NULL was violated.
    public static let constraint = Code(.constraint)
    /// The backend refused a statement that insert-only work does not have.
    public static let refused = Code(.refused)
    public static let timeout = Code(.timeout)
    public static let cancelled = Code(.cancelled)
    /// The connection broke while it was in use.
    public static let connectionLost = Code(.connectionLost)
    /// The target URL is wrong.
    public static let badTarget = Code(.badTarget)
    /// The engine or the dialect cannot do this.
    public static let unsupported = Code(.unsupported)
    /// The database or a value is not in UTF-8.
    public static let encoding = Code(.encoding)
    public static let other = Code(.other)
  }

  /// What the tool was doing.
  public enum Phase: String, Sendable {
    case connect, begin, prepare, execute, fetch, append, commit, rollback, lock, close
  }

  public var code: Code
  public var phase: Phase
  /// One sentence without a full stop: what happened.
  public var message: String
  /// What to do about it, one sentence, where that is known.
  public var remedy: String?
  /// Five characters, where the engine has them.
  public var sqlState: String?
  /// The engine's own number.
  public var vendorCode: Int?
  /// The statement that failed. May contain literals from the job, so it is shown only on request.
  public var statement: String?
  /// Where in the plan the statement came from, such as `run/new rows`.
  public var planPath: String?
  /// Whether the same call may succeed if it is simply made again.
  public var isRetrySafe: Bool
  /// What else went wrong while this error was handled, such as a failed rollback.
  public var alsoFailed: [String]

  public init(
    _ code: Code, phase: Phase, _ message: String, remedy: String? = nil, sqlState: String? = nil,
    vendorCode: Int? = nil, statement: String? = nil, isRetrySafe: Bool = false
  ) {
    self.code = code
    self.phase = phase
    self.message = message
    self.remedy = remedy
    self.sqlState = sqlState
    self.vendorCode = vendorCode
    self.statement = statement
    planPath = nil
    self.isRetrySafe = isRetrySafe
    alsoFailed = []
  }
}

extension DriverError: CustomStringConvertible {
  public var description: String {
    var line = message
    if let planPath { line += " (at \(planPath))" }
    if let sqlState { line += " [SQLSTATE \(sqlState)]" }
    if let remedy { line += "; \(remedy)" }
    if !alsoFailed.isEmpty { line += "; also: " + alsoFailed.joined(separator: "; ") }
    return line
  }
}
