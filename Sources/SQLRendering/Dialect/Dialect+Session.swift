/// What is said to a server around the plan's statements.
///
/// Backends that know one engine (SQLite, libpq) need none of it; those that reach many (ODBC, ADBC) know no engine but
/// through these answers, so that another warehouse is another file and no code.
extension Dialect {
  public struct Session: Sendable {
    /// Carried out after connecting, in order: the session's zone is UTC, wrong values are errors.
    public var opening: [String]
    /// Begins a transaction whose reads see one snapshot and that writes nothing. Empty where the engine has none.
    public var beginReading: [String]
    /// The same where scratch tables may be made, and nothing else written: a run's rehearsal.
    public var beginRehearsal: [String]
    /// Begins a transaction of `load` and `create`.
    public var beginWriting: [String]
    /// Begins a transaction of a run, whose job lock is held already where it is not the transaction itself.
    public var beginRun: [String]
    /// Begins a transaction in which nobody else may read or write `{tables}`, to drop them. Empty where the engine has
    /// no such lock; tables are then not dropped.
    public var beginRemoval: [String]
    /// `{table}` as one of `{tables}`, with whatever the engine wants beside each.
    public var removalTable: String
    /// Carried out after the end of that transaction: gives back a lock that outlives it.
    public var endRemoval: [String]
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
    /// What must hold of a server, looked at after `opening`.
    public var requirements: [Requirement]
    /// Gives the schemas (or databases, where the engine has no schemas) in which a name without one is looked up, one
    /// a row, in that order; nil where there is only one.
    public var namespaces: String?
    /// Whether two names of tables that differ only in the case of their letters are one, in quotes too.
    public var ignoresCaseOfNames: Bool
    /// Whether statements that make or change tables and indexes, temporary tables themselves left out, commit the
    /// transaction (trap T17): then a run may not have any.
    public var commitsOnDDL: Bool
    /// Names by which drivers call the engine (ODBC's SQL_DBMS_NAME, ADBC's vendor name), for a target without a dialect.
    public var products: [String]
    /// What an error means, by its SQLSTATE, the engine's own number, or some words of its message (at least two), where
    /// the SQLSTATE's class does not say it.
    public var errors: [String: Failure]

    public init(
      opening: [String] = [], beginReading: [String] = [], beginRehearsal: [String] = [], beginWriting: [String] = [],
      beginRun: [String] = [], beginRemoval: [String] = [], removalTable: String = "{table}", endRemoval: [String] = [],
      commit: [String] = [], rollback: [String] = [], jobLock: JobLock? = nil,
      statementTimeout: String? = nil, lockTimeout: String? = nil, explain: String? = nil, version: String? = nil,
      requirements: [Requirement] = [], namespaces: String? = nil, ignoresCaseOfNames: Bool = false,
      commitsOnDDL: Bool = false, products: [String] = [], errors: [String: Failure] = [:]
    ) {
      self.opening = opening
      self.beginReading = beginReading
      self.beginRehearsal = beginRehearsal
      self.beginWriting = beginWriting
      self.beginRun = beginRun
      self.beginRemoval = beginRemoval
      self.removalTable = removalTable
      self.endRemoval = endRemoval
      self.commit = commit
      self.rollback = rollback
      self.jobLock = jobLock
      self.statementTimeout = statementTimeout
      self.lockTimeout = lockTimeout
      self.explain = explain
      self.version = version
      self.requirements = requirements
      self.namespaces = namespaces
      self.ignoresCaseOfNames = ignoresCaseOfNames
      self.commitsOnDDL = commitsOnDDL
      self.products = products
      self.errors = errors
    }
  }

  /// A condition without which results would be wrong, such as the encoding of the database.
  public struct Requirement: Sendable, Hashable {
    /// Gives one row whose first column is 1 where the condition holds.
    public var query: String
    /// What is wrong where it does not hold: `the database does not store its texts as UTF-8`.
    public var problem: String
    public var remedy: String

    public init(query: String, problem: String, remedy: String) {
      self.query = query
      self.problem = problem
      self.remedy = remedy
    }
  }

  /// The lock that keeps two runs of a job apart.
  public enum JobLock: Sendable, Hashable {
    /// The transaction that `begin_run` begins is the lock; an engine that refuses it as busy is locked.
    case transaction
    /// One process at a time can open the database to write: a lock among the connections of this process is enough.
    case process
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
    /// Put before the user's connection string where it does not say otherwise, by the driver's file name or its
    /// beginning, such as `psqlodbc: [UseDeclareFetch=1]`. `{lock_milliseconds}` is how long a statement waits for
    /// another connection's lock, `{no_create}` 1 where a database that does not exist may not be made, and else 0.
    public var attributes: [String: [String]]
    /// How rows are inserted in bulk.
    public var append: Append
    /// The most rows of one INSERT … VALUES, or of one array.
    public var rowsPerStatement: Int
    /// The most parameters of one INSERT … VALUES.
    public var parametersPerStatement: Int
    /// Whether times are sent and read as text because the driver cuts their fractions.
    public var timesAsText: Bool
    /// Whether integers are read as text because the driver makes one of any value.
    public var integersAsText: Bool
    /// Whether a statement that finds another connection's lock is carried out again until the lock timeout, because the
    /// driver cannot stop the engine's own waiting. The engine must have undone all of the statement.
    public var retriesLocked: Bool
    /// Whether queries are prepared first and then carried out, in two calls, because a driver that is given both at once
    /// ends the process where the connection is cut in between.
    public var preparesQueries: Bool
    /// Whether a request to cancel names an idle statement of the connection: its driver stops whatever the connection is
    /// carrying out, and then closes the statement that was named, under the call that may still be using it.
    public var cancelsIdleStatement: Bool
    /// How long results are read in constant memory where a driver would hold them whole; nil where no driver does.
    public var spool: Spool?
    public enum Append: String, Sendable, CaseIterable {
      /// Column-wise arrays of parameters.
      case arrays
      /// INSERT … VALUES (…), (…) with a parameter for each value.
      case values
    }

    public init(
      attributes: [String: [String]] = [:], append: Append = .arrays,
      rowsPerStatement: Int = 1000, parametersPerStatement: Int = 32_000, timesAsText: Bool = false,
      integersAsText: Bool = false, retriesLocked: Bool = false, preparesQueries: Bool = false,
      cancelsIdleStatement: Bool = false, spool: Spool? = nil
    ) {
      self.attributes = attributes
      self.append = append
      self.rowsPerStatement = rowsPerStatement
      self.parametersPerStatement = parametersPerStatement
      self.timesAsText = timesAsText
      self.integersAsText = integersAsText
      self.retriesLocked = retriesLocked
      self.preparesQueries = preparesQueries
      self.cancelsIdleStatement = cancelsIdleStatement
      self.spool = spool
    }
  }

  /// What can go wrong, as far as it makes a difference to people.
  public enum Failure: String, Sendable, CaseIterable {
    case authentication
    case noSuchObject = "no_such_object"
    case noSuchDatabase = "no_such_database"
    case alreadyExists = "already_exists"
    case wrongColumn = "wrong_column"
    case wrongValue = "wrong_value"
    case syntax
    case readOnly = "read_only"
    case permission
    case locked
    /// Another client changed the same at the same moment, or there was a deadlock, and the server gave up this one.
    case concurrentChange = "concurrent_change"
    case diskFull = "disk_full"
    case constraint
    case timeout
    case cancelled
    case connectionLost = "connection_lost"
    case tooManyConnections = "too_many_connections"
    case encoding
    case notADatabase = "not_a_database"
    /// A commit or rollback where no transaction is open.
    case noTransaction = "no_transaction"
  }
}
