import SQLiteBackend
import SessionPlan
import Testing
import WarehouseDriver

/// Law L2: whatever a run tries, rows of a ledger stay as they were written.
@Suite struct InsertOnlyTests {
  private static let tables = [
    "ledger(id TEXT PRIMARY KEY, v TEXT UNIQUE)", "ledger(id TEXT PRIMARY KEY, v TEXT UNIQUE) WITHOUT ROWID",
    "ledger(id INTEGER PRIMARY KEY, v TEXT)", "ledger(id TEXT PRIMARY KEY ON CONFLICT REPLACE, v TEXT UNIQUE)",
    "ledger(id TEXT PRIMARY KEY, v TEXT UNIQUE) STRICT", "ledger(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, v TEXT)",
  ]

  private func prepared(_ table: String) async throws -> SQLiteConnection {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE \(table)")
    _ = try await connection.execute("CREATE TABLE source(id, v)")
    _ = try await connection.execute("CREATE VIEW shown AS SELECT * FROM ledger")
    _ = try await connection.execute("INSERT INTO ledger VALUES (1, 'one')")
    _ = try await connection.execute("INSERT INTO source VALUES (1, 'other'), (2, 'two')")
    try await connection.begin(.insertOnly(ledgers: [ObjectName("LEDGER"), ObjectName("not_there_yet")]))
    return connection
  }

  @Test(arguments: tables)
  func replacingIsImpossible(table: String) async throws {
    for statement in [
      "INSERT OR REPLACE INTO ledger VALUES (1, 'new')", "REPLACE INTO main.ledger VALUES (1, 'new')",
      "REPLACE INTO ledger SELECT * FROM source",
      "INSERT INTO ledger VALUES (1, 'x') ON CONFLICT(id) DO UPDATE SET v = 'x'",
    ] {
      let connection = try await prepared(table)
      let error = await expect(.refused) { _ = try await connection.execute(statement) }
      #expect(error?.message.contains("a run only inserts") == true, "\(statement)")
      #expect(try await connection.text("SELECT v FROM ledger WHERE id = 1") == "one")
      #expect(try await connection.number("SELECT count(*) FROM ledger") == 1)
      try await connection.commit()
      #expect(try await connection.text("SELECT v FROM ledger WHERE id = 1") == "one")
    }
  }

  @Test(arguments: [tables[3], tables[5]])
  func aKeyThatReplacesByItselfIsHeldToo(table: String) async throws {
    let connection = try await prepared(table)
    await expect(.refused) { _ = try await connection.execute("INSERT INTO ledger VALUES (1, 'new')") }
    #expect(try await connection.text("SELECT v FROM ledger WHERE id = 1") == "one")
  }

  @Test(arguments: tables[..<3].filter { $0.contains("UNIQUE") })
  func replacingASecondKeyIsImpossible(table: String) async throws {
    let connection = try await prepared(table)
    await expect(.refused) { _ = try await connection.execute("INSERT OR REPLACE INTO ledger VALUES (9, 'one')") }
    #expect(try await connection.number("SELECT count(*) FROM ledger WHERE id = 1") == 1)
  }

  @Test(arguments: [
    ("UPDATE ledger SET v = 'x'", "UPDATE ledger"), ("DELETE FROM ledger", "DELETE FROM ledger"),
    ("WITH a AS (SELECT 1) DELETE FROM ledger WHERE id IN a", "DELETE FROM ledger"),
    ("DROP TABLE ledger", "DROP TABLE ledger"), ("DROP VIEW shown", "DROP VIEW shown"),
    ("ALTER TABLE ledger ADD COLUMN x", "ALTER TABLE ledger"), ("ALTER TABLE ledger RENAME TO y", "ALTER TABLE ledger"),
    ("CREATE TABLE x(a)", "CREATE TABLE x"), ("CREATE TABLE x AS SELECT 1", "CREATE TABLE x"),
    ("CREATE INDEX x ON ledger(v)", "CREATE INDEX x"), ("CREATE VIEW x AS SELECT 1", "CREATE VIEW x"),
    ("CREATE TRIGGER x AFTER INSERT ON ledger BEGIN SELECT 1; END", "CREATE TRIGGER x"),
    ("CREATE TEMP TRIGGER x AFTER INSERT ON ledger BEGIN DELETE FROM ledger; END", "CREATE TRIGGER x"),
    ("DROP TRIGGER sessionizer_guard_0", "DROP TRIGGER sessionizer_guard_0"),
    ("CREATE VIRTUAL TABLE x USING fts5(a)", "CREATE TABLE x"), ("ATTACH ':memory:' AS x", "ATTACH"),
    ("DETACH temp", "DETACH"), ("INSERT INTO source VALUES (3, 'x')", "INSERT INTO source"),
    ("REINDEX", "REINDEX sqlite_autoindex_ledger_2"),
    ("ANALYZE", "CREATE TABLE sqlite_stat1"), ("PRAGMA recursive_triggers = OFF", "PRAGMA recursive_triggers"),
    ("PRAGMA user_version = 7", "PRAGMA user_version"), ("PRAGMA writable_schema = ON", "PRAGMA writable_schema"),
    ("DELETE FROM sqlite_master", ""),
    ("UPDATE sqlite_master SET sql = ''", ""), ("UPDATE sqlite_schema SET type = 'x'", ""), ("COMMIT", "COMMIT"),
    ("ROLLBACK", "ROLLBACK"), ("SAVEPOINT a", "SAVEPOINT"),
    ("VACUUM", ""), ("VACUUM INTO '/tmp/never'", ""), ("SELECT load_extension('x')", ""),
  ])
  func everythingElseIsRefused(statement: String, words: String) async throws {
    let connection = try await prepared(Self.tables[0])
    do {
      _ = try await connection.execute(statement)
      Issue.record("\(statement) was carried out")
    } catch let error as DriverError {
      if !words.isEmpty {
        #expect(error.code == .refused && error.message.hasSuffix(": \(words) was refused"), "\(statement): \(error)")
      }
    }
    // Neither the transaction nor the rows have changed.
    #expect(try await connection.text("SELECT v FROM ledger") == "one")
    _ = try await connection.execute("INSERT INTO ledger VALUES (2, 'two')")
    try await connection.commit()
    #expect(try await connection.number("SELECT count(*) FROM ledger") == 2)
    #expect(
      try await connection.all("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
        == [[.text("ledger")], [.text("shown")], [.text("source")]])
  }

  @Test func aTriggerOfTheUsersMayNotChangeRowsEither() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE ledger(id TEXT PRIMARY KEY, v)")
    _ = try await connection.execute("CREATE TRIGGER x AFTER INSERT ON ledger BEGIN UPDATE ledger SET v = 0; END")
    try await connection.begin(.insertOnly(ledgers: [ObjectName("ledger")]))
    await expect(.refused) { _ = try await connection.execute("INSERT INTO ledger VALUES (1, 1)") }
  }

  @Test func aRunCanDoItsWork() async throws {
    let connection = try await prepared(Self.tables[0])
    _ = try await connection.execute("CREATE TEMP TABLE fresh(n INTEGER PRIMARY KEY, id, v)")
    _ = try await connection.execute("INSERT INTO fresh(id, v) SELECT id, replace(v, 't', 'T') FROM source")
    _ = try await connection.execute("CREATE INDEX temp.fresh_id ON fresh(id)")
    _ = try await connection.execute("CREATE TEMP TABLE also AS SELECT * FROM fresh")
    _ = try await connection.execute("INSERT OR IGNORE INTO ledger SELECT id, v FROM also")
    #expect(try await connection.number("SELECT count(*) FROM pragma_table_info('ledger')") == 2)
    #expect(try await connection.number("SELECT value FROM json_each('[7]')") == 7)
    _ = try await connection.describe(ObjectName("ledger"))
    _ = try await connection.facts()
    _ = try await connection.explain("SELECT * FROM shown")
    try await connection.commit()
    #expect(try await connection.text("SELECT group_concat(v) FROM (SELECT v FROM shown ORDER BY id)") == "one,Two")
    #expect(try await connection.number("SELECT count(*) FROM temp.sqlite_master") == 0, "scratch tables are left")
    #expect(try await connection.number("PRAGMA recursive_triggers") == 0)
    // After it, everything is allowed again.
    _ = try await connection.execute("DELETE FROM ledger")
  }

  @Test func bulkInsertsGoIntoLedgersOnly() async throws {
    let connection = try await prepared(Self.tables[0])
    var batch = RecordBatch(schema: [BatchColumn("id", .text)])
    batch.columns[0].append("b")
    await expect(.refused) { _ = try await connection.insert(batch, into: "source") }
    #expect(try await connection.insert(batch, into: "ledger") == 1)
  }

  @Test func readingWritesNothing() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a)")
    try await connection.begin(.read)
    let error = await expect(.refused) { _ = try await connection.execute("INSERT INTO t VALUES (1)") }
    #expect(error?.message == "nothing is written while reading: INSERT INTO t was refused")
    _ = try await connection.execute("CREATE TEMP TABLE s AS SELECT 1")
    try await connection.commit()
    #expect(try await connection.number("SELECT count(*) FROM temp.sqlite_master") == 0)
  }
}
