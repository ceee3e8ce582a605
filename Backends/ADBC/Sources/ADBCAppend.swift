internal import CADBC
internal import ConnectionCore
internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// A bulk insert between two batches.
final class ADBCAppend: WireAppend {
  /// A table as ADBC names it.
  struct Target {
    var catalog: String?
    var schema: String?
    var name: String
    var isTemporary: Bool

    init(_ table: ObjectName, isTemporary: Bool) {
      let before = isTemporary ? [] : Array(table.parts.dropLast())
      name = table.last
      schema = before.last
      catalog = before.count > 1 ? before[before.count - 2] : nil
      self.isTemporary = isTemporary
    }
  }

  enum Way {
    /// The driver's own bulk insert.
    case table(Target)
    /// A statement whose parameters are a batch's columns.
    case statement(String)
    /// Statements that begin like this, with the rows as constants.
    case constants(head: String, Renderer)
  }

  let sql: String
  private let link: ADBCLink
  private let columns: [BatchColumn]
  private let way: Way
  private let atEnd: [String]
  private let timesAsText: Bool
  private(set) var rowCount = 0

  /// - Parameter atEnd: statements that bring the rows to where they belong
  init(
    _ link: ADBCLink, _ columns: [BatchColumn], _ way: Way, shown sql: String, timesAsText: Bool, atEnd: [String] = []
  ) {
    self.timesAsText = timesAsText
    self.link = link
    self.columns = columns
    self.way = way
    self.sql = sql
    self.atEnd = atEnd
  }

  func write(_ batch: RecordBatch) throws(DriverError) {
    guard batch.schema.map(\.type) == columns.map(\.type) else {
      throw DriverError(.other, phase: .append, "the batch has other columns than the bulk insert was begun with")
    }
    guard batch.rowCount > 0 else { return }
    if case .constants(let head, let renderer) = way { return try write(batch, head, renderer) }
    let statement = try ADBCStatement(link, sql: sql, .append)
    switch way {
    case .table(let target):
      link.tell(sql)
      try statement.set(option: ADBC_INGEST_OPTION_TARGET_TABLE, target.name, .append)
      try statement.set(option: ADBC_INGEST_OPTION_MODE, ADBC_INGEST_OPTION_MODE_APPEND, .append)
      if let schema = target.schema { try statement.set(option: ADBC_INGEST_OPTION_TARGET_DB_SCHEMA, schema, .append) }
      if let catalog = target.catalog { try statement.set(option: ADBC_INGEST_OPTION_TARGET_CATALOG, catalog, .append) }
      if target.isTemporary { try statement.set(option: ADBC_INGEST_OPTION_TEMPORARY, "true", .append) }
    case .statement(let text): try statement.set(text, .append)
    case .constants: break
    }
    guard let bind = link.functions.StatementBind else { throw statement.notImplemented("bulk insert", .append) }
    let (columns, vectors) = sent(batch)
    let rows = ArrowBatch(columns, vectors, rows: batch.rowCount)
    try statement.call(.append) { error in
      // A driver that fails may have taken them or not: a leak is better than a second release.
      rows.isTaken = true
      return bind(statement.handle, rows.array, rows.schema, error)
    }
    let inserted = try withExtendedLifetime(rows) { () throws(DriverError) in try statement.execute(.append) }
    if let inserted, inserted > 0, inserted != batch.rowCount, case .table = way {
      throw DriverError(
        .other, phase: .append,
        "\(link.reporter.place) has taken \(inserted) of \(batch.rowCount) rows of a bulk insert",
        remedy: "nothing is kept of it; run again", statement: sql)
    }
    rowCount += batch.rowCount
  }

  /// How many rows stand in one statement, and how many bytes of text at most.
  private static let rowsOfStatement = 4000
  private static let bytesOfStatement = 2_000_000

  private func write(_ batch: RecordBatch, _ head: String, _ renderer: Renderer) throws(DriverError) {
    var row = 0
    while row < batch.rowCount {
      var text = head
      let first = row
      while row < batch.rowCount, row - first < Self.rowsOfStatement, text.utf8.count < Self.bytesOfStatement {
        text += row == first ? "\n(" : ",\n("
        do {
          text += try zip(columns, batch.row(row)).map { column, value in
            try renderer.constant(value, column.type)
          }.joined(separator: ", ")
        } catch {
          throw DriverError(.other, phase: .append, "\(error)", statement: sql)
        }
        text += ")"
        row += 1
      }
      let statement = try ADBCStatement(link, sql: sql, .append)
      try statement.set(text, .append)
      _ = try statement.execute(.append)
      rowCount += row - first
    }
  }

  /// The columns as they go to the driver.
  private func sent(_ batch: RecordBatch) -> ([BatchColumn], [ColumnVector]) {
    guard timesAsText else { return (columns, batch.columns) }
    let texts = columns.map { BatchColumn($0.name, $0.type == .timestamp ? .text : $0.type) }
    let vectors = batch.columns.map { vector in
      guard case .timestamp(let moments) = vector.values else { return vector }
      var text = ColumnVector(type: .text)
      for (row, moment) in moments.enumerated() {
        if vector.isNull(row) { text.appendNull() } else { text.append(Timestamp(microseconds: moment).description) }
      }
      return text
    }
    return (texts, vectors)
  }

  func finish() throws(DriverError) {
    for text in atEnd {
      let statement = try ADBCStatement(link, sql: sql, .append)
      try statement.set(text, .append)
      _ = try statement.execute(.append)
    }
  }
}

extension Renderer {
  /// A value as a constant of its column's type.
  fileprivate func constant(_ value: BatchValue?, _ type: BatchColumnType) throws -> String {
    let literal: Literal =
      switch value {
      case .int64(let number)?: .integer(number)
      case .text(let text)?: .text(text)
      case .timestamp(let moment)?: .timestamp(Timestamp(microseconds: moment))
      case nil: .null(type == .text ? .text : type == .timestamp ? .timestamp : .integer)
      default:
        throw RenderingError(
          dialect: dialect.name, node: "constant", message: "a value of type \(type)", remedy: "load it by other means")
      }
    return try constant(literal)
  }
}
