import Logging
import PlanSamples
import SQLRendering
import SQLiteBackend
import SessionPlan
import SessionRunner
import StatementRecording
import Testing
import WarehouseDriver

/// Names and texts that try to end their own quotes come back from the real engine byte for byte.
@Suite struct InjectionTests {
  private func connect() async throws -> any Connection {
    try await RecordingBackend(SQLiteBackend(), engine: "sqlite").connect(
      to: Target(url: "sqlite::memory:"), options: ConnectionOptions(mayCreate: true))
  }

  @Test(arguments: hostileTexts) func aTextComesBack(text: String) async throws {
    let connection = try await connect()
    let columns = [SchemaColumn("a", .text)]
    let rows = try await connection.rows(
      Query(.values(columns: columns, rows: [[.text(text)]], alias: text)), path: "text")
    guard case .text(let back)? = rows[0][0] else {
      Issue.record("no text")
      return
    }
    #expect(Array(back.utf8) == Array(text.utf8))
    await connection.close()
  }

  @Test(arguments: hostileTexts) func aNameComesBack(name: String) async throws {
    let connection = try await connect()
    // In a schema of its own name and not: SQLite's only schema here is main.
    let table = ObjectName(parts: ["main", name])
    let other = "other " + name
    let definition = TableDefinition(
      name: table, columns: [.init(SchemaColumn(name, .text)), .init(SchemaColumn(other, .integer))], primaryKey: [name]
    )
    try await connection.execute(.createTable(definition), path: "name")
    try await connection.execute(
      .createIndex(IndexDefinition(name: "index " + name, table: table, columns: [other])), path: "name")
    let found = try #require(try await connection.describe(table))
    #expect(found.columns.map { Array($0.name.utf8) } == [Array(name.utf8), Array(other.utf8)])
    await connection.close()
  }

  /// A whole job whose every name is hostile: five rows, three sessions.
  @Test(arguments: hostileTexts, [false, true]) func aJobRuns(name: String, inline: Bool) async throws {
    let backend = SQLiteBackend(dialect: inline ? SQLiteDialect.plain.asScript : SQLiteDialect.dialect)
    let connection = try await RecordingBackend(backend, engine: "sqlite").connect(
      to: Target(url: "sqlite::memory:"), options: ConnectionOptions(mayCreate: true))
    func quoted(_ name: String) throws -> String { try Renderer(SQLiteDialect.dialect).identifier(name) }
    let source = "source " + name
    let columns = ["e", "u", "t", "p", "a", "f"].map { "\($0) " + name }
    let list = try columns.map { try quoted($0) }.joined(separator: ", ")
    _ = try await connection.execute("CREATE TABLE \(try quoted(source)) (\(list))")
    var job = SessionJob(
      source: PageviewSource(
        table: ObjectName(source), eventID: columns[0], userID: columns[1], pageViewAt: columns[2], page: columns[3],
        filter: .compare(column: columns[5], .equal, .text(name))),
      attributes: [Attribute(name: "kept " + name, column: columns[4])])
    job.names.prefix = name
    let literal =
      "'" + String(String.UnicodeScalarView(name.unicodeScalars.flatMap { $0 == "'" ? ["'", "'"] : [$0] })) + "'"
    for (index, row) in [("123", 16), ("123", 18), ("456", 18), ("456", 18), ("789", 18)].enumerated() {
      _ = try await connection.execute(
        "INSERT INTO \(try quoted(source)) VALUES ('\(index)', '\(row.0)', '2020-02-02 12:55:\(row.1)', \(literal), \(literal), \(literal))"
      )
    }
    let context = JobContext(job: job, connection: connection, logger: Logger(label: "test"), toolVersion: name)
    try await context.create()
    #expect(try await context.run().pageviews == 5)
    var pages: [BatchValue?] = []
    var kept: [BatchValue?] = []
    try await context.sessions { batch in
      for row in 0..<batch.rowCount {
        pages.append(batch.row(row)[6])
        kept.append(batch.row(row).last ?? nil)
      }
    }
    #expect(pages == Array(repeating: .text(name), count: 3) && kept == pages)
    #expect(try await context.run().pageviews == 0)
    #expect(try await context.verify().isClean)
    await connection.close()
  }
}
