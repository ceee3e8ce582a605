import SessionPlan
import Testing
import WarehouseDriver

@testable import ODBCBackend

/// What a run must not do is refused before it is sent.
@Suite struct GuardTests {
  private func refuses(_ connection: ODBCConnection, _ mode: TransactionMode, _ sql: String) async throws {
    try await connection.begin(mode)
    let error = await expect(.refused) { try await connection.execute(sql) }
    #expect(error?.statement == sql)
    try await connection.rollback()
  }

  @Test(arguments: Driver.present) func runs(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    let t = driver.quoted("t")
    let ledgers = [ObjectName("t")]
    try await connection.execute("CREATE TABLE other(i \(driver.types.integer))")
    for sql in [
      "UPDATE \(t) SET u = 'x'", "DELETE FROM \(t)", "DROP TABLE \(t)",
      "INSERT INTO \(driver.quoted("other")) VALUES (1)",
      "ALTER TABLE \(t) ADD x int", "INSERT INTO \(t)(i) VALUES (1); DELETE FROM \(t)",
      "REPLACE INTO \(t)(i) VALUES (1)",
      "TRUNCATE TABLE \(t)", "CREATE TABLE \(driver.quoted("more"))(i int)", "COMMIT", "ROLLBACK", "BEGIN",
      "START TRANSACTION",
      "/* x */ DELETE FROM \(t)",
      // What is a comment where comments nest is none where they do not.
      "/* /* */ DELETE FROM \(t) -- /* */ */", "SELECT 1 /* /* */; DELETE FROM \(t); /* */ */",
      "INSERT INTO \(t)(i) VALUES (1) /* open",
    ] {
      try await refuses(connection, .insertOnly(ledgers: ledgers), sql)
      try await refuses(connection, .read, sql)
    }
    try await connection.begin(.insertOnly(ledgers: ledgers))
    try await connection.execute(
      "INSERT INTO \(t)(i, u) VALUES (1, 'UPDATE; DELETE FROM t -- \(driver == .mariadb ? "\\\\" : "")')")
    try await connection.commit()
    try await connection.begin(.insertOnly(ledgers: ledgers))
    await expect(.refused) {
      _ = try await connection.beginAppend(to: ObjectName("other"), columns: [BatchColumn("i", .int64)])
    }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
    await connection.close()
  }

  /// Scratch tables of this transaction may be filled, and no others.
  @Test(arguments: Driver.present) func scratchTables(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    let parts = connection.scratchTable("s").parts
    let s = (parts.dropLast() + [driver.quoted("s")]).joined(separator: ".")
    for mode in [TransactionMode.rehearsal, .insertOnly(ledgers: [ObjectName("t")])] {
      try await connection.begin(mode)
      try await connection.execute("CREATE TEMPORARY TABLE \(driver.quoted("s"))(i \(driver.types.integer))")
      #expect(try await connection.execute("INSERT INTO \(s) \(driver.numbers(3))") == 3)
      await expect(.refused) { try await connection.execute("DELETE FROM \(s)") }
      try await connection.rollback()
      // Gone, so that its name is that of an ordinary table again.
      try await connection.begin(mode)
      if driver == .mariadb {
        await expect(.refused) { try await connection.execute("INSERT INTO \(s) \(driver.numbers(3))") }
      }
      try await connection.rollback()
    }
    try await connection.begin(.read)
    await expect(.refused) {
      try await connection.execute("CREATE TEMPORARY TABLE \(driver.quoted("s"))(i \(driver.types.integer))")
    }
    try await connection.rollback()
    await connection.close()
  }

  /// Where statements of that kind commit, a run has none.
  @Test(arguments: Driver.present) func noImplicitCommit(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    let index =
      driver == .mariadb
      ? "CREATE INDEX x ON `t` (at)"
      : "CREATE INDEX \(driver.quoted("x")) ON \(driver.quoted("t")) (\(driver.quoted("at")))"
    try await connection.begin(.insertOnly(ledgers: [ObjectName("t")]))
    try await connection.execute("INSERT INTO \(driver.quoted("t"))(i) VALUES (1)")
    if driver == .mariadb {
      await expect(.refused) { try await connection.execute(index) }
    } else {
      try await connection.execute(index)
    }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  /// What MySQL and MariaDB carry out, and others take for a comment; and the other way round.
  @Test func commentsOfMySQL() {
    var syntax = SQLTokens.Syntax()
    syntax.isMySQL = true
    syntax.usesBackslashes = true
    var rules = InsertOnlyGuard(.running(ledgers: [ObjectName("t")]), scratchSchemas: [])
    rules.syntax = syntax
    func refused(_ sql: String) -> Bool {
      do {
        try rules.check(sql)
        return false
      } catch {
        return true
      }
    }
    #expect(!refused("INSERT INTO `t` SELECT 1 # DELETE"))
    #expect(!refused("INSERT INTO `t` SELECT 'it\\'s DELETE' -- UPDATE"))
    #expect(!refused("INSERT INTO `t` SELECT \"DELETE \\\" FROM\""))
    #expect(refused("INSERT INTO `t` SELECT 1 /*! INTO OUTFILE 'x' */"))
    #expect(refused("INSERT INTO `t` SELECT 1 /*M!100100 FOR UPDATE */"))
    #expect(refused("SELECT 5--1 INTO OUTFILE 'x'"))
    #expect(refused("SELECT 1 /* /* */ INTO OUTFILE 'x' -- */"))
    #expect(!refused("INSERT INTO `t` SELECT 'a\\' , 1; DELETE FROM t -- '"))
    #expect(refused("INSERT INTO `u` SELECT 1"))
    // The same texts for an engine without backslashes.
    rules.syntax = SQLTokens.Syntax()
    #expect(refused("INSERT INTO t SELECT 'a\\'; DELETE FROM t -- '"))
    #expect(!refused("INSERT INTO t SELECT 'a\\' /* /* */ DELETE */"))
  }
}
