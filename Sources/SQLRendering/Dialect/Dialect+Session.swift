/// What is said to a server around the plan's statements.
///
/// Backends that know one engine (SQLite, libpq) need none of it; one that reaches many (ODBC) knows no engine but
/// through these answers, so that another warehouse is another file and no code.
extension Dialect {
  public struct Session: Sendable {
    /// Carried out after connecting, in order: the session's zone is UTC, wrong values are errors.
    public var opening: [String]
    /// Begins a transaction whose reads see one snapshot and that writes nothing. Empty where the engine has none.
    public var beginReading: [String]
    /// Begins a transaction of `load` and `create`.
    public var beginWriting: [String]
    /// Begins a transaction of a run, whose job lock is held already where it is not the transaction itself.
    public var beginRun: [String]
    /// Ends a transaction. Empty where the engine has none.
    public var commit: [String]
    public var rollback: [String]
    /// How the lock of a job is taken; nil where the engine has no lock that one session can hold (trap T19).
    public var jobLock: JobLock?
    /// `{seconds}` (with decimals), `{milliseconds}`: how long a statement may take; nil where the engine has no such
    /// setting, and a watchdog of the backend cancels it.
    public var statementTimeout: String?
    /// The same for how long a statement waits for another connection's lock.
    public var lockTimeout: String?
    /// `{query}`: gives the engine's plan of a statement as rows of text; nil where there is none.
    public var explain: String?
    /// Gives one row with the server's version.
    public var version: String?

    public init(
      opening: [String] = [], beginReading: [String] = [], beginWriting: [String] = [], beginRun: [String] = [],
      commit: [String] = [], rollback: [String] = [], jobLock: JobLock? = nil, statementTimeout: String? = nil,
      lockTimeout: String? = nil, explain: String? = nil, version: String? = nil
    ) {
      self.opening = opening
      self.beginReading = beginReading
      self.beginWriting = beginWriting
      self.beginRun = beginRun
      self.commit = commit
      self.rollback = rollback
      self.jobLock = jobLock
      self.statementTimeout = statementTimeout
      self.lockTimeout = lockTimeout
      self.explain = explain
      self.version = version
    }
  }

  /// The lock that keeps two runs of a job apart.
  public enum JobLock: Sendable, Hashable {
    /// The transaction that `begin_run` begins is the lock; an engine that refuses it as busy is locked.
    case transaction
    /// Statements of the session, outside any transaction.
    ///
    /// `acquire` gives one row whose first column is 1 where the lock was taken. Placeholders of all: `{name}` (the
    /// run ledger as a text constant, database and all, at most 60 bytes), `{ledger}` (its name as a text constant
    /// that a catalog function takes), `{seconds}`, `{milliseconds}` to wait. `holder` gives one row that says who
    /// has it.
    case statements(acquire: String, release: String, holder: String?)
  }

  /// What ODBC drivers of the engine want.
  public struct ODBC: Sendable {
    /// Names by which a driver calls the engine (SQL_DBMS_NAME), for `odbc:` without a dialect.
    public var products: [String]
    /// Put before the user's connection string where it does not say otherwise, by the driver's file name or its
    /// beginning, such as `psqlodbc: [UseDeclareFetch=1]`.
    public var attributes: [String: [String]]
    /// How rows are inserted in bulk.
    public var append: Append
    /// The most rows of one INSERT … VALUES, or of one array.
    public var rowsPerStatement: Int
    /// Whether times are sent and read as text because the driver cuts their fractions.
    public var timesAsText: Bool

    public enum Append: String, Sendable, CaseIterable {
      /// Column-wise arrays of parameters.
      case arrays
      /// INSERT … VALUES (…), (…) with a parameter for each value.
      case values
    }

    public init(
      products: [String] = [], attributes: [String: [String]] = [:], append: Append = .arrays,
      rowsPerStatement: Int = 1000, timesAsText: Bool = false
    ) {
      self.products = products
      self.attributes = attributes
      self.append = append
      self.rowsPerStatement = rowsPerStatement
      self.timesAsText = timesAsText
    }
  }
}
