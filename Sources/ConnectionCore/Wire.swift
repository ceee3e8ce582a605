public import SQLRendering
public import SessionPlan
public import WarehouseDriver

/// What one C client does for a connection: the part of a backend that differs from client to client.
///
/// A `SessionConnection` owns one and does all the rest. Its calls block and come one after the other, on the
/// connection's own queue; another thread may only stop them (`StatementWatch`). Not `Sendable`.
public protocol Wire: AnyObject, SendableMetatype {
  associatedtype Query: WireQuery
  associatedtype Append: WireAppend

  /// How messages are made of what the client reports.
  var reporter: Reporter { get }
  /// Tells the database from others that this process may open; only where the dialect's job lock is the process's.
  var databaseName: String { get }
  /// Whether the database is gone: nothing can be done on this connection any more.
  var isLost: Bool { get }
  /// Whether a transaction of the connection's is open. The connection says so.
  var isInTransaction: Bool { get set }
  /// How long a statement that finds a lock is tried again; nil leaves the waiting to the engine.
  var lockWait: Duration? { get set }
  /// What went wrong last, as far as it is known.
  var lastFailure: Dialect.Failure? { get }

  /// Told the dialect, after the session was opened by its statements.
  func settle(_ dialect: Dialect, _ options: ConnectionOptions)

  /// Carries out one statement, to its end, and returns the number of rows it changed; nil where the client does not say.
  ///
  /// - Parameter shown: the statement as messages show it; nil for the text itself
  @discardableResult
  func run(_ sql: String, _ phase: DriverError.Phase, shown: String?) throws(DriverError) -> Int?

  /// All rows of a short result, as texts.
  func table(_ sql: String, _ phase: DriverError.Phase, shown: String?) throws(DriverError) -> TextTable

  /// Carries out `body` to its end although the task is cancelled.
  func shielded<Result>(_ body: () throws(DriverError) -> Result) throws(DriverError) -> Result

  /// Starts a query.
  func query(_ request: QueryRequest) throws -> Query

  /// Starts a bulk insert, in the open transaction.
  ///
  /// - Parameter annotated: puts the connection's annotation into a statement
  func append(
    to table: ObjectName, columns: [BatchColumn], annotated: (String) -> String
  ) throws -> Append

  /// The client's own word on a table, for an engine whose dialect has no queries of its catalog.
  ///
  /// - Parameter namespaces: where a name without a schema is looked up, in this order; empty where there is only one
  func describe(
    _ table: ObjectName, namespaces: () throws(DriverError) -> [String]
  ) throws(DriverError) -> TableDescription?

  /// Whether the client can stop a statement that is being carried out.
  var cancels: Bool { get }

  /// What `doctor` shows of the client.
  func details() throws(DriverError) -> [(name: String, value: String)]
}

/// A query that a connection was asked for.
public struct QueryRequest {
  /// As messages show it.
  public var sql: String
  /// The types that the columns are to arrive in; nil leaves it to the engine.
  public var types: [BatchColumnType]?
  /// Whether nothing is written in the transaction, so that the result may be kept on the server.
  public var isReading: Bool
  /// Puts the connection's annotation into a statement.
  public var annotated: (String) -> String
}

/// A query between two batches.
public protocol WireQuery: AnyObject, SendableMetatype {
  var schema: [BatchColumn] { get }
  /// Rows that have been read.
  var rowCount: Int { get }
  /// The next rows, nil after the last.
  func next() throws(DriverError) -> RecordBatch?
  /// Frees what the query holds.
  func end()
}

/// A bulk insert between two batches.
public protocol WireAppend: AnyObject, SendableMetatype {
  /// For messages: the statement of one row.
  var sql: String { get }
  /// Rows that have been written.
  var rowCount: Int { get }
  func write(_ batch: RecordBatch) throws(DriverError)
  func finish() throws(DriverError)
  /// Gives up what has not been sent. The connection rolls back.
  func cancel()
}

extension Wire {
  public var databaseName: String { "" }
  public var cancels: Bool { true }
}

extension WireAppend {
  public func cancel() {}
}

/// A short result as texts.
public struct TextTable: Sendable {
  public var names: [String]
  public var rows: [[String?]]

  public init(names: [String], rows: [[String?]]) {
    self.names = names
    self.rows = rows
  }
}

extension Wire {
  /// All rows of a statement of the connection's own.
  public func texts(_ sql: String, _ phase: DriverError.Phase) throws(DriverError) -> [[String?]] {
    try table(sql, phase, shown: nil).rows
  }

  /// The first value of a statement of the connection's own.
  public func text(_ sql: String, _ phase: DriverError.Phase) throws(DriverError) -> String? {
    try texts(sql, phase).first?.first ?? nil
  }

  @discardableResult
  public func run(_ sql: String, _ phase: DriverError.Phase) throws(DriverError) -> Int? {
    try run(sql, phase, shown: nil)
  }
}
