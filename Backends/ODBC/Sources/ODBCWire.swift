internal import CODBC
internal import ConnectionCore
internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// A connection through an ODBC driver.
typealias ODBCConnection = SessionConnection<ODBCWire>

/// How a connection's statements get to the engine through an ODBC driver.
final class ODBCWire: Wire {
  let link: ODBCLink
  let engine: Engine
  /// How many results have been kept on the server.
  private(set) var spoolCount = 0

  init(_ link: ODBCLink, _ engine: Engine) {
    self.link = link
    self.engine = engine
  }

  var reporter: Reporter { link.reporter }
  var isLost: Bool { link.isLost }
  var lastFailure: Dialect.Failure? { link.lastFailure }
  var isInTransaction: Bool {
    get { link.isInTransaction }
    set { link.isInTransaction = newValue }
  }
  var lockWait: Duration? {
    get { link.lockWait }
    set { link.lockWait = newValue }
  }

  // MARK: Statements

  func run(_ sql: String, _ phase: DriverError.Phase, shown: String?) throws(DriverError) -> Int? {
    try link.run(sql, phase, shown: shown)
  }

  func table(_ sql: String, _ phase: DriverError.Phase, shown: String?) throws(DriverError) -> TextTable {
    try link.table(sql, phase, shown: shown)
  }

  func shielded<Result>(_ body: () throws(DriverError) -> Result) throws(DriverError) -> Result {
    try link.shielded(body)
  }

  /// What the driver and its engine want, once the session is open.
  func settle(_ dialect: Dialect, _ options: ConnectionOptions) {
    link.preparesQueries = dialect.odbc.preparesQueries
    link.errand = dialect.session.version
    link.recovery = dialect.session.rollback
    if dialect.odbc.retriesLocked { link.lockWait = options.lockTimeout }
    if dialect.session.statementTimeout == nil { link.limit = options.statementTimeout }
  }

  func details() -> [(name: String, value: String)] {
    let facts = [
      ("driver manager", SQL_DM_VER), ("server", SQL_SERVER_NAME), ("database", SQL_DATABASE_NAME),
      ("user", SQL_USER_NAME), ("data source", SQL_DATA_SOURCE_NAME),
    ]
    return facts.map { (name: $0.0, value: link.information($0.1)) }.filter { !$0.value.isEmpty }
  }

  // MARK: Queries

  /// Starts a query. Its rows come one by one into bound buffers, in constant memory where the driver streams.
  func query(_ request: QueryRequest) throws -> OpenQuery {
    let dialect = engine.dialect
    let tokens = SQLTokens(request.sql, dialect.tokenSyntax)
    guard request.isReading,
      let limited = try SpooledResult.limited(request.sql, dialect: dialect, engine: engine, tokens)
    else { return try carriedOut(request.sql, request) }
    let query = try carriedOut(limited, request)
    guard query.isLong else { return query }
    spoolCount += 1
    let pages = try SpooledResult.keep(
      request.sql, query.schema, number: spoolCount, dialect: dialect, link, tokens)
    // Where it cannot be kept on the server, the driver holds it.
    guard let pages else { return try carriedOut(request.sql, request) }
    return try OpenQuery(
      try pages.nextPage(dialect, bytesPerRow: 0), types: request.types, dialect: dialect, pages: pages)
  }

  private func carriedOut(_ text: String, _ request: QueryRequest) throws(DriverError) -> OpenQuery {
    let statement = try ODBCStatement(link, sql: request.sql)
    try statement.execute(request.annotated(text), .execute)
    let count = statement.columnCount
    guard count > 0 else {
      throw .misuse(.prepare, "the statement returns no rows", "use execute", request.sql)
    }
    if let types = request.types, types.count != count {
      throw .misuse(
        .prepare, "\(types.count) types were given for a query of \(count) columns", "give one for each", request.sql)
    }
    return try OpenQuery(statement, types: request.types, dialect: engine.dialect)
  }

  // MARK: Bulk

  /// By parameter arrays or by INSERT with many rows of values, as the dialect says.
  func append(
    to table: ObjectName, columns: [BatchColumn], annotated: (String) -> String
  ) throws -> OpenAppend {
    let renderer = Renderer(engine.dialect)
    let names = try columns.map { try renderer.identifier($0.name) }.joined(separator: ", ")
    let head = "INSERT INTO \(try renderer.identifier(table)) (\(names)) VALUES "
    return try OpenAppend(
      link, head: head, annotatedHead: annotated(head), columns: columns, odbc: engine.dialect.odbc)
  }
}
