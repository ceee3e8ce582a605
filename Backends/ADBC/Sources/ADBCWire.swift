internal import CADBC
internal import ConnectionCore
internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// A connection through an ADBC driver.
typealias ADBCConnection = SessionConnection<ADBCWire>

/// How a connection's statements get to the engine through an ADBC driver.
final class ADBCWire: Wire {
  let link: ADBCLink
  let engine: Engine
  let databaseName: String
  var isInTransaction = false
  var lockWait: Duration? {
    get { link.lockWait }
    set { link.lockWait = newValue }
  }

  init(_ link: ADBCLink, _ engine: Engine, databaseName: String) {
    self.link = link
    self.engine = engine
    self.databaseName = databaseName
  }

  var reporter: Reporter { link.reporter }
  var isLost: Bool { link.isLost }
  var lastFailure: Dialect.Failure? { link.lastFailure }
  var cancels: Bool { engine.dialect.adbc.cancels }

  func settle(_ dialect: Dialect, _ options: ConnectionOptions) {
    if dialect.session.statementTimeout == nil { link.limit = options.statementTimeout }
  }

  // MARK: Statements

  func run(_ sql: String, _ phase: DriverError.Phase, shown: String?) throws(DriverError) -> Int? {
    let statement = try ADBCStatement(link, sql: shown ?? sql, phase)
    try statement.set(sql, phase)
    guard engine.dialect.adbc.countsInRows, sql.prefix(while: \.isLetter).uppercased() == "INSERT" else {
      return try statement.execute(phase)
    }
    return try counted(statement, phase)
  }

  /// Executes an INSERT, and reads how many rows it has inserted.
  private func counted(_ statement: ADBCStatement, _ phase: DriverError.Phase) throws(DriverError) -> Int? {
    let stream = try statement.rows(phase)
    let isCount = stream.schema.n_children == 1
    var changed: Int?
    // To its end, though it should be one row: an engine may do the work while it is read.
    while var array = try stream.next(phase) {
      defer { array.release?(&array) }
      guard isCount, array.length == 1, let column = array.children[0]?.pointee else { continue }
      let values = try ArrowColumn(stream.schema.children[0]!.pointee, as: .int64)
        .read(column, offset: Int(array.offset), count: 1)
      if case .int64(let count)? = values[0] { changed = Int(count) }
    }
    return changed
  }

  func table(_ sql: String, _ phase: DriverError.Phase, shown: String?) throws(DriverError) -> TextTable {
    let statement = try ADBCStatement(link, sql: shown ?? sql, phase)
    try prepare(statement, sql, phase)
    let query = try ADBCQuery(try statement.rows(phase), statement, types: nil, areTexts: true, phase)
    var rows: [[String?]] = []
    while let batch = try query.next() {
      for row in 0..<batch.rowCount {
        rows.append(
          batch.row(row).map { value in
            guard case .text(let text)? = value else { return nil }
            return text
          })
      }
    }
    return TextTable(names: query.schema.map(\.name), rows: rows)
  }

  /// A statement that gives rows.
  private func prepare(_ statement: ADBCStatement, _ sql: String, _ phase: DriverError.Phase) throws(DriverError) {
    let word = sql.drop { $0.isWhitespace || $0 == "(" }.prefix { $0.isLetter }.uppercased()
    if word != "SELECT", word != "WITH" {
      for option in engine.dialect.adbc.otherQueryOptions {
        let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
        try statement.set(option: parts[0], parts.count > 1 ? parts[1] : "", phase)
      }
    }
    try statement.set(sql, phase)
  }

  func shielded<Result>(_ body: () throws(DriverError) -> Result) throws(DriverError) -> Result {
    try link.shielded(body)
  }

  func query(_ request: QueryRequest) throws -> ADBCQuery {
    let statement = try ADBCStatement(link, sql: request.sql, .execute)
    try prepare(statement, request.annotated(request.sql), .execute)
    return try ADBCQuery(try statement.rows(.execute), statement, types: request.types, areTexts: false, .prepare)
  }

  func append(
    to table: ObjectName, columns: [BatchColumn], annotated: (String) -> String
  ) throws -> ADBCAppend {
    let renderer = Renderer(engine.dialect)
    let adbc = engine.dialect.adbc
    let names = try columns.map { try renderer.identifier($0.name) }
    let place = try renderer.identifier(table)
    let head = "INSERT INTO \(place) (\(names.joined(separator: ", ")))"
    let values = "\(head) VALUES (\(parameters(columns.count)))"
    switch adbc.append {
    case .bind:
      return ADBCAppend(
        link, columns, .statement(annotated(values)), shown: values,
        timesAsText: adbc.timesAsText)
    case .values:
      return ADBCAppend(
        link, columns, .constants(head: annotated(head) + " VALUES", renderer), shown: values, timesAsText: false)
    case .ingest, .ingestWhole:
      var target = ADBCAppend.Target(table, isTemporary: engine.dialect.scratchSchemas.contains(table.parts[0]))
      let isWhole = try tableColumns(target)?.map(\.name) == columns.map(\.name)
      if adbc.append == .ingest || isWhole {
        return ADBCAppend(link, columns, .table(target), shown: values, timesAsText: adbc.timesAsText)
      }
      // The driver fills whole rows only: the rows go through a temporary table of just these columns.
      let staging = "sessionizer_append"
      let quoted = try renderer.identifier(staging)
      let list = names.joined(separator: ", ")
      try link.shielded { () throws(DriverError) in
        _ = try run(
          "CREATE TEMPORARY TABLE \(quoted) AS SELECT \(list) FROM \(place) LIMIT 0", .append, shown: nil)
      }
      target = ADBCAppend.Target(ObjectName(staging), isTemporary: true)
      return ADBCAppend(
        link, columns, .table(target), shown: values, timesAsText: adbc.timesAsText,
        atEnd: ["\(head) SELECT \(list) FROM \(quoted)", "DROP TABLE \(quoted)"])
    }
  }

  private func parameters(_ count: Int) -> String {
    let isNumbered = engine.dialect.adbc.numbersParameters
    return (1...count).map { isNumbered ? "$\($0)" : "?" }.joined(separator: ", ")
  }

  // MARK: Catalog

  /// By the driver's own word, which knows neither views nor keys.
  func describe(
    _ table: ObjectName, namespaces: () throws(DriverError) -> [String]
  ) throws(DriverError) -> TableDescription? {
    guard let columns = try tableColumns(ADBCAppend.Target(table, isTemporary: false)) else { return nil }
    return TableDescription(kind: .table, columns: columns, primaryKey: [])
  }

  private func tableColumns(_ target: ADBCAppend.Target) throws(DriverError) -> [TableDescription.Column]? {
    guard let function = link.functions.ConnectionGetTableSchema else { return nil }
    var schema = ArrowSchema()
    var error = AdbcError()
    let status = function(link.connection, target.catalog, target.schema, target.name, &schema, &error)
    guard status == UInt8(ADBC_STATUS_OK) else {
      // Nobody knows what tables a server has that is gone.
      let failure = link.failure(CallError(status, &error, link.library).records, .prepare, nil, nil)
      if failure.code == .connectionLost { throw failure }
      return nil
    }
    defer { schema.release?(&schema) }
    return (0..<Int(schema.n_children)).map { index in
      let child = schema.children[index]!.pointee
      let format = child.format.map { String(cString: $0) } ?? ""
      return TableDescription.Column(
        name: child.name.map { String(cString: $0) } ?? "", declaredType: format,
        type: ArrowType(format)?.valueType, isNullable: child.flags & Int64(ARROW_FLAG_NULLABLE) != 0)
    }
  }

  func details() -> [(name: String, value: String)] {
    [("library", link.library.path), ("ADBC", link.library.isVersion11 ? "1.1" : "1.0")].map {
      (name: $0.0, value: $0.1)
    }
  }
}
