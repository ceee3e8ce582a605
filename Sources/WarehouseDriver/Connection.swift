public import SessionPlan

/// One connection to a database.
///
/// A connection is an actor on its own serial executor, because the C clients block; its calls come one after the
/// other. Cancelling the task that waits for a call cancels the statement, on the server too, and the call throws
/// `DriverError` with the code `cancelled`. A backend renders the plan's statements in its own dialect and carries out
/// text; nothing else of it is engine-specific to its callers.
public protocol Connection: Actor {
  /// What the engine can do, as far as it changes the shape of a plan.
  nonisolated var profile: PlanProfile { get }

  /// The name and version of the engine, and what else `doctor` shows.
  func facts() async throws -> ServerFacts

  // MARK: Plans

  /// A plan statement as this engine's SQL: one text, or several to be carried out in order.
  nonisolated func render(_ statement: Statement) throws -> [String]

  /// What `erase` and `retain` remove, as this engine's SQL: no plan statement, see `Removal`.
  ///
  /// - Throws: `DriverError` (`unsupported`) where the backend has none.
  nonisolated func render(_ removal: Removal) throws -> [String]

  /// A question about rights as this engine's SQL; no text where there is no way to ask it, which is the default.
  nonisolated func render(_ question: RightsQuestion) throws -> [String]

  /// The name of a table or view as it stands in this engine's SQL.
  nonisolated func identifier(_ name: ObjectName) throws -> String

  /// Where bulk inserts find a scratch table that a plan made.
  nonisolated func scratchTable(_ name: String) -> ObjectName

  // MARK: Statements

  /// Carries out a statement and returns the number of rows it changed, nil where the engine does not say.
  func execute(_ sql: String) async throws -> Int?

  /// Starts a query. Until its cursor is read to the end or closed, no other call may be made on this connection
  /// but `rollback` and `close`.
  ///
  /// - Parameter types: the types that the columns are to arrive in, one a column; nil leaves it to the engine.
  func open(_ sql: String, types: [BatchColumnType]?) async throws -> any BatchCursor

  /// The engine's own plan for a statement, one line a step, for `run --dry-run`.
  func explain(_ sql: String) async throws -> [String]

  // MARK: Bulk

  /// Starts a bulk insert into the given columns of a table, in the open transaction. Timestamps are stored in the form
  /// that `create` gives the column. Until it is finished or cancelled, no other call may be made on this connection
  /// but `rollback` and `close`; after one that failed or was cancelled, the transaction can only be rolled back.
  func beginAppend(to table: ObjectName, columns: [BatchColumn]) async throws -> any BulkAppend

  // MARK: Transactions

  /// Begins a transaction whose statements all see one snapshot. Scratch tables made in it are gone after it.
  func begin(_ mode: TransactionMode) async throws
  func commit() async throws
  /// Rolls back, also on a cancelled task and while a query or bulk insert is open. Does nothing where no transaction
  /// is open.
  func rollback() async throws

  /// Begins a transaction in which nobody else may read or write the tables: to look at them, and then to drop them.
  ///
  /// It waits for whoever has rows in one of them that are not committed yet, and sees what was committed by then.
  /// - Returns: when views over the tables are to be dropped
  /// - Throws: `DriverError` (`unsupported`) where the engine has no such lock.
  func beginRemoval(of tables: [ObjectName]) async throws -> ViewRemoval

  /// Takes the lock of a job, outside any transaction, so that the transaction's snapshot is younger than the lock.
  ///
  /// An engine whose only lock is a transaction (SQLite) may begin it here; `begin` then goes on with that one.
  /// - Parameters:
  ///   - ledger: the job's run ledger, which stands for the job
  ///   - wait: how long to wait for another run; zero means not at all
  /// - Throws: `DriverError` with the code `jobLocked` where another run holds it.
  func lockJob(_ ledger: ObjectName, wait: Duration) async throws
  func unlockJob() async throws

  /// Names what the following statements are part of, such as `run 17 of session_runs`, where the server's
  /// administrators can see it: in a comment before each statement. nil names nothing.
  func annotate(_ text: String?) async

  // MARK: Catalog

  /// The columns of a table or view; nil where there is none of that name.
  func describe(_ table: ObjectName) async throws -> TableDescription?

  /// The columns by which an index over all rows of a table begins, so that their greatest value is a look-up; nil where
  /// the engine does not tell. Only advice follows from it.
  func indexedColumns(of table: ObjectName) async throws -> [String]?

  /// Ends an open transaction by rolling back, and closes. Calls after it throw.
  func close() async
}

/// What a transaction is for.
public enum TransactionMode: Sendable {
  /// Many reads of one snapshot; nothing is written.
  case read
  /// Reads and scratch tables: what a run does before it writes. It ends by being rolled back.
  case rehearsal
  /// Loading and creating: writes to any of our tables.
  case write
  /// A run: the backend refuses, as well as it can, everything but reads, scratch tables and inserts.
  case insertOnly(ledgers: [ObjectName])
}

/// When the views over tables are dropped that are dropped themselves.
public enum ViewRemoval: Sendable {
  /// In the same transaction, before the tables.
  case beforeTables
  /// When the transaction has ended: the engine drops no views while tables are locked.
  case afterCommit
}

/// A running query. Not for use from two tasks at once.
public protocol BatchCursor: Sendable {
  var schema: [BatchColumn] { get }
  /// The next rows, nil after the last.
  func next() async throws -> RecordBatch?
  /// Ends the query early. Closing twice, or after the end, does nothing.
  func close() async
}

/// A running bulk insert. Not for use from two tasks at once.
public protocol BulkAppend: Sendable {
  /// The batch must have the columns that the append was begun with.
  func write(_ batch: RecordBatch) async throws
  /// Returns the number of rows inserted, nil where the engine does not say: then they are those that were written.
  func finish() async throws -> Int?
  /// Gives up; the caller rolls back.
  func cancel() async
}

/// A table or view as the catalog describes it.
public struct TableDescription: Sendable {
  public enum Kind: Sendable { case table, view }

  public struct Column: Sendable {
    public var name: String
    /// As the engine writes it.
    public var declaredType: String
    /// What the plan takes it for; nil where the plan has no such type.
    public var type: ValueType?
    public var isNullable: Bool

    public init(name: String, declaredType: String, type: ValueType?, isNullable: Bool) {
      self.name = name
      self.declaredType = declaredType
      self.type = type
      self.isNullable = isNullable
    }
  }

  public var kind: Kind
  public var columns: [Column]
  /// The columns of the primary key; empty where there is none.
  public var primaryKey: [String]
  /// Whether this role may make keys and indexes of it. True where the engine does not tell: the attempt then does.
  public var mayMakeKeys: Bool

  public init(kind: Kind, columns: [Column], primaryKey: [String], mayMakeKeys: Bool = true) {
    self.kind = kind
    self.columns = columns
    self.primaryKey = primaryKey
    self.mayMakeKeys = mayMakeKeys
  }
}

/// What a server says of itself.
public struct ServerFacts: Sendable {
  /// Such as `SQLite`.
  public var engine: String
  public var version: String
  /// The dialect that renders its SQL.
  public var dialect: String
  /// More lines for `doctor`: name and value.
  public var details: [(name: String, value: String)]
  /// Whether a statement ends when its task is cancelled; else the call waits for the statement's own end.
  public var cancels: Bool

  public init(
    engine: String, version: String, dialect: String, details: [(name: String, value: String)] = [],
    cancels: Bool = true
  ) {
    self.engine = engine
    self.version = version
    self.dialect = dialect
    self.details = details
    self.cancels = cancels
  }
}

extension Connection {
  public func annotate(_ text: String?) async {}

  public nonisolated func render(_ removal: Removal) throws -> [String] {
    throw DriverError(
      .unsupported, phase: .prepare, "rows cannot be removed through this backend",
      remedy: "remove them by hand, with the statements of docs/privacy.md")
  }

  public nonisolated func render(_ question: RightsQuestion) throws -> [String] { [] }

  public func indexedColumns(of table: ObjectName) async throws -> [String]? { nil }

  public func beginRemoval(of tables: [ObjectName]) async throws -> ViewRemoval {
    throw DriverError(
      .unsupported, phase: .begin, "this engine has no lock that keeps everybody else from a table",
      remedy: "drop the tables by hand when nobody uses them")
  }
}
