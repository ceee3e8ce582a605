import Foundation
import MariaDBServer
import PostgresServer
import SQLRendering
import SessionPlan
import Testing
import WarehouseDriver

@testable import ConnectionCore
@testable import ODBCBackend

/// What goes wrong is said in one line, with the right code, and leaves nothing half-written.
@Suite struct FaultTests {
  // MARK: Connecting

  @Test func aLibraryThatIsMissing() async throws {
    let error = await expect(.connection) {
      _ = try await connect(
        "odbc:Driver=/nowhere/libfoo.so;PWD=S3cr3t-word", try Driver.allCases.map { try $0.dialect })
    }
    #expect(error?.description.contains("/nowhere/libfoo.so cannot be loaded") == true, "\(String(describing: error))")
    #expect(error?.remedy?.contains("install the driver") == true)
  }

  @Test func aDataSourceThatIsUnknown() async throws {
    for string in ["DSN=no such data source", "Driver={No Such Driver};Server=x"] {
      let error = await expect(.badTarget) {
        _ = try await connect("odbc:\(string);PWD=S3cr3t-word", try Driver.allCases.map { try $0.dialect })
      }
      #expect(error?.remedy?.contains("odbcinst -q") == true)
    }
  }

  @Test(arguments: Driver.present.filter { $0 != .sqlite }) func aWrongPassword(driver: Driver) async throws {
    let path = try driver.library.found.get()
    let server: String
    switch driver {
    case .mariadb:
      server = try await MariaDBServer.shared().connectionString(database: "mysql", password: "S3cr3t-word")
    default:
      let postgres = try await PostgresServer.shared(.init(authentication: "scram-sha-256"))
      server = "Server=127.0.0.1;Port=\(postgres.port);Database=postgres;UID=\(postgres.user);PWD=S3cr3t-word"
    }
    let error = await expect(.authentication) {
      _ = try await connect("odbc+\(driver):Driver=\(path);\(server)", [try driver.dialect])
    }
    #expect(error.map { !everything(of: $0).contains("S3cr3t-word") } == true)
    #expect(error?.remedy?.contains("password") == true)
  }

  @Test(arguments: Driver.present) func aDatabaseThatDoesNotExist(driver: Driver) async throws {
    let path = try driver.library.found.get()
    let string: String
    switch driver {
    case .mariadb: string = try await MariaDBServer.shared().connectionString(database: "nowhere")
    case .postgres:
      let server = try await PostgresServer.shared(.init(settings: ["max_connections": "200"]))
      string = "Server=127.0.0.1;Port=\(server.port);Database=nowhere;UID=\(server.user)"
    case .sqlite: string = "Database=/nowhere/at all.db"
    }
    let error = await expect(.noSuchObject) {
      _ = try await connect(
        "odbc+\(driver):Driver=\(path);\(string)", [try driver.dialect], ConnectionOptions(mayCreate: false))
    }
    #expect(error?.description.contains("no such database") == true, "\(String(describing: error))")
  }

  @Test(arguments: Driver.present.filter { $0 != .sqlite }) func aServerThatIsNotThere(driver: Driver) async throws {
    let path = try driver.library.found.get()
    let error = await expect(.connection) {
      _ = try await connect(
        "odbc+\(driver):Driver=\(path);Server=127.0.0.1;Port=1;Database=x;UID=u;PWD=S3cr3t-word", [try driver.dialect])
    }
    #expect(error?.description.contains("127.0.0.1") == true)
    #expect(error.map { !everything(of: $0).contains("S3cr3t-word") } == true)
  }

  @Test func aRequirementThatDoesNotHold() async throws {
    let driver = try #require(Driver.present.first)
    let database = try await Database(driver)
    var dialect = try driver.dialect
    dialect.session.requirements = [.init(query: "SELECT 0", problem: "nothing fits", remedy: "do something")]
    let error = await expect(.unsupported) { _ = try await database.connect(dialect: dialect) }
    #expect(error?.description.hasSuffix("nothing fits; do something") == true)
  }

  // MARK: Statements

  @Test(arguments: Driver.present) func errorsOfStatements(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    try await connection.execute("INSERT INTO t(i, u) VALUES (1, 'confidential')")
    func fails(_ code: DriverError.Code, _ sql: String) async {
      let error = await expect(code) { try await connection.execute(sql) }
      #expect(error?.description.contains("confidential") == false, "\(String(describing: error))")
      #expect(error?.statement == sql)
    }
    await fails(.noSuchObject, "SELECT * FROM nowhere")
    await fails(.wrongColumn, "SELECT no_such FROM t")
    await fails(.other, "SELEC 'confidential'")
    await fails(.constraint, "INSERT INTO t(i, u) VALUES (1, 'confidential')")
    if driver != .sqlite {
      await fails(.constraint, "INSERT INTO t(i, u) VALUES (NULL, 'confidential')")
      await fails(.wrongColumn, "INSERT INTO t(i, at) VALUES (7, 'confidential')")
    }
    await fails(.other, "CREATE TABLE t(i int)")
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
    await connection.close()
  }

  /// A key that exists already stops a bulk insert; the whole transaction can only be rolled back.
  @Test(arguments: Driver.present) func aBulkInsertThatFailsMidway(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    try await connection.execute("INSERT INTO t(i) VALUES (5000)")
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: columnsOfT)
    let error = await expect(.constraint) {
      try await append.write(batch((1...9000).map { (Int64($0), "confidential \($0)", nil, nil, nil) }))
      _ = try await append.finish()
    }
    #expect(error?.description.contains("confidential") == false)
    await expect(.constraint) { try await connection.execute("INSERT INTO t(i) VALUES (100000)") }
    await expect(.constraint) { try await connection.commit() }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
    // The connection goes on.
    try await connection.begin(.write)
    #expect(try await connection.insert(batch([(1, "a", nil, nil, nil), (2, "b", nil, nil, nil)])) == 2)
    try await connection.commit()
    #expect(try await connection.number("SELECT count(*) FROM t") == 3)
    await connection.close()
  }

  @Test(arguments: Driver.present) func aBulkInsertIntoNothing(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    try await connection.begin(.write)
    await expect(.noSuchObject) {
      let append = try await connection.beginAppend(to: ObjectName("nowhere"), columns: columnsOfT)
      try await append.write(batch([(1, nil, nil, nil, nil)]))
    }
    try await connection.rollback()
    await connection.close()
  }

  @Test(arguments: Driver.present) func aLockThatIsHeld(driver: Driver) async throws {
    let database = try await Database(driver)
    let first = try await database.connectWithTable()
    try await first.execute("INSERT INTO t(i) VALUES (1)")
    try await first.begin(.write)
    try await first.execute("UPDATE t SET u = 'x' WHERE i = 1")
    let second = try await database.connect(lockTimeout: .milliseconds(200))
    let error = await expect(.locked) {
      try await second.begin(.write)
      try await second.execute("UPDATE t SET u = 'y' WHERE i = 1")
    }
    #expect(error?.isRetrySafe == true)
    try await second.rollback()
    try await first.rollback()
    try await second.execute("UPDATE t SET u = 'z' WHERE i = 1")
    await first.close()
    await second.close()
  }

  @Test(arguments: Driver.present) func noRoom(driver: Driver) async throws {
    let connection = try await Database(driver).connectWithTable()
    switch driver {
    case .mariadb:
      try await connection.execute("SET SESSION max_heap_table_size = 16384")
      try await connection.execute("CREATE TABLE small(i bigint, u varchar(200)) ENGINE = MEMORY")
      try await connection.begin(.write)
      await expect(.diskFull) {
        try await connection.execute("INSERT INTO small SELECT seq, repeat('x', 200) FROM seq_1_to_100000")
      }
    case .postgres:
      try await connection.execute("SET temp_file_limit = '64kB'")
      try await connection.execute("SET work_mem = '64kB'")
      try await connection.begin(.write)
      await expect(.diskFull) {
        try await connection.execute(
          "INSERT INTO t(i) SELECT n FROM (SELECT n FROM generate_series(1, 100000) n ORDER BY md5(n::text)) x")
      }
    case .sqlite:
      try await connection.execute("PRAGMA max_page_count = 20")
      try await connection.begin(.write)
      await expect(.diskFull) {
        try await connection.insert(batch((1...5000).map { (Int64($0), nil, "/a page with a long name", nil, nil) }))
      }
    }
    try await connection.rollback()
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  // MARK: A server that goes away

  private enum Server {
    case mariadb(MariaDBServer)
    case postgres(PostgresServer)

    func string(_ driver: Driver) throws -> String {
      let path = try driver.library.found.get()
      return switch self {
      case .mariadb(let server): "Driver=\(path);" + server.connectionString(database: "mysql")
      case .postgres(let server):
        "Driver=\(path);Server=127.0.0.1;Port=\(server.port);Database=postgres;UID=\(server.user)"
      }
    }

    func kill() {
      switch self {
      case .mariadb(let server): server.kill()
      case .postgres(let server): server.kill()
      }
    }

    func restart() async throws {
      switch self {
      case .mariadb(let server): try await server.restart()
      case .postgres(let server): try await server.restart()
      }
    }

    func stop() async {
      switch self {
      case .mariadb(let server): await server.stop()
      case .postgres(let server): await server.stop()
      }
    }
  }

  @Test(arguments: Driver.present.filter { $0 != .sqlite }) func aKilledServer(driver: Driver) async throws {
    let server: Server =
      driver == .mariadb
      ? .mariadb(try await MariaDBServer.start())
      // The table that is made here must outlive the server.
      : .postgres(try await PostgresServer.start(.init(settings: ["synchronous_commit": "on"])))
    let url = "odbc+\(driver):\(try server.string(driver))"
    let dialects = [try driver.dialect]
    func open() async throws -> ODBCConnection { try await connect(url, dialects) }
    let (reader, writer, committer, holder) = (try await open(), try await open(), try await open(), try await open())
    let types = driver.types
    try await writer.execute(
      "CREATE TABLE t(i \(types.integer), u \(types.key), p \(types.text), at \(types.time), d \(types.double))")
    try await holder.lockJob(ObjectName("t"), wait: .zero)
    try await reader.begin(.read)
    let cursor = try await reader.open(driver.numbers(100_000), types: [.int64])
    _ = try await cursor.next()
    try await writer.begin(.write)
    let rows = batch((1...4000).map { (Int64($0), "user", "/page", nil, nil) })
    let append = try await writer.beginAppend(to: ObjectName("t"), columns: columnsOfT)
    try await append.write(rows)
    try await committer.begin(.write)
    try await committer.execute("INSERT INTO t(i) VALUES (1)")
    server.kill()
    let lost = await expect(.connectionLost) {
      for _ in 0..<10 { try await append.write(rows) }
      _ = try await append.finish()
    }
    #expect(lost?.description.contains("run again") == true)
    let unknown = await expect(.connectionLost) { try await committer.commit() }
    #expect(unknown?.description.contains("not known whether") == true)
    // A driver that holds rows already may still hand them out; the next statement tells.
    _ = try? await cursor.next()
    await cursor.close()
    await expect(.connectionLost) { _ = try await reader.number("SELECT count(*) FROM t") }
    try await holder.unlockJob()
    for connection in [reader, writer, committer, holder] {
      try await connection.rollback()
      await connection.close()
    }
    await expect(.connection) { _ = try await open() }
    try await server.restart()
    let again = try await open()
    #expect(try await again.number("SELECT count(*) FROM t") == 0)
    try await again.lockJob(ObjectName("t"), wait: .zero)
    await again.close()
    await server.stop()
  }

  /// A connection that an administrator ends.
  @Test(arguments: Driver.present.filter { $0 != .sqlite }) func aCutConnection(driver: Driver) async throws {
    let database = try await Database(driver)
    let admin = try await database.connectWithTable()
    let connection = try await database.connect()
    let id = try #require(
      try await connection.number(driver == .mariadb ? "SELECT connection_id()" : "SELECT pg_backend_pid()"))
    let task = Task { try await connection.number(driver.endlessQuery) }
    let started =
      driver == .mariadb
      ? "SELECT count(*) FROM information_schema.processlist WHERE id = \(id) AND info LIKE '%seq_1%'"
      : "SELECT count(*) FROM pg_stat_activity WHERE pid = \(id) AND query LIKE '%n(i)%' AND state = 'active'"
    while try await admin.number(started) == 0 { try await Task.sleep(for: .milliseconds(5)) }
    try await admin.execute(driver == .mariadb ? "KILL \(id)" : "SELECT pg_terminate_backend(\(id))")
    let error = await expect(.connectionLost) { _ = try await task.value }
    #expect(error?.isRetrySafe == true)
    await expect(.connectionLost) { try await connection.execute("INSERT INTO t(i) VALUES (1)") }
    await connection.close()
    await admin.close()
  }

  // MARK: Secrets

  /// Everything that an error holds.
  private func everything(of error: DriverError) -> String {
    var text = ""
    dump(error, to: &text)
    return text + error.description + String(reflecting: error)
  }

  /// No message, note, fact or event shows the password, whatever goes wrong.
  @Test(arguments: Driver.present.filter { $0 != .sqlite }) func thePasswordIsNeverShown(driver: Driver) async throws {
    let secret = "S3cr3t;}{word"
    let path = try driver.library.found.get()
    let escaped = "{" + secret.replacing("}", with: "}}") + "}"
    var printed = ""
    func note(_ text: String) { printed += text + "\n" }
    let string: String
    let admin = try await Database(driver).connect()
    let user = "u" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(12)
    switch driver {
    case .mariadb:
      let server = try await MariaDBServer.shared()
      try await admin.execute("CREATE USER \(user)@'127.0.0.1' IDENTIFIED BY '\(secret)'")
      string = "Server=127.0.0.1;Port=\(server.port);Database=information_schema;UID=\(user);PWD=\(escaped)"
    default:
      let server = try await PostgresServer.shared(.init(authentication: "scram-sha-256"))
      _ = try await server.psql("CREATE ROLE \(user) LOGIN PASSWORD '\(secret)'")
      string = "Server=127.0.0.1;Port=\(server.port);Database=postgres;UID=\(user);PWD=\(escaped)"
    }
    await admin.close()
    let target = try Target(url: "odbc+\(driver):Driver=\(path);\(string)")
    note("\(target) \(String(reflecting: target))")
    dump(target, to: &printed)
    let connection = try await connect("odbc+\(driver):Driver=\(path);\(string)", [try driver.dialect])
    let facts = try await connection.facts()
    note(facts.details.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
    for sql in ["SELECT * FROM nowhere", "SELEC", "SELECT '\(secret.replacing("'", with: ""))' FROM nowhere"] {
      if let error = await expect(sql == "SELEC" ? .other : .noSuchObject, { try await connection.execute(sql) }) {
        note(error.description)
      }
    }
    await connection.close()
    for wrong in ["Port=1", "Database=nowhere", "UID=nobody", "PWD=\(escaped)x", "Driver=/nowhere.so"] {
      let key = wrong.prefix { $0 != "=" }
      var parts = try ConnectionString("Driver=\(path);\(string)")
      if key == "PWD" {
        do {
          _ = try await connect("odbc+\(driver):Driver=\(path);\(string)x", [try driver.dialect])
        } catch let error as DriverError {
          note(everything(of: error))
        }
        continue
      }
      parts.replace(String(key), with: (String(key), String(wrong.dropFirst(key.count + 1))))
      do {
        _ = try await connect("odbc+\(driver):\(parts.text)", [try driver.dialect])
        Issue.record("\(key) made no difference")
      } catch let error as DriverError {
        note(everything(of: error))
      }
    }
    #expect(printed.contains("nowhere"))
    for part in [secret, escaped, "S3cr3t", "{word"] { #expect(!printed.contains(part), "\(printed)") }
  }

  /// A driver that quotes the password has it cut out of its message, or the message is not shown.
  @Test func messagesAreCleaned() {
    var reporter = Reporter(place: "X", secrets: ["hunter22"])
    #expect(
      reporter.cleaned("[unixODBC][Driver][Server 1.2] ERROR: no  hunter22\nhere;\nError while executing the query")
        == "no … here")
    reporter.secrets = ["e"]
    #expect(reporter.cleaned("refused") == "")
    #expect(reporter.cleaned("now") == "now")
  }

  /// The time limit is the statement's: a query whose rows come quickly, and without end, ends too.
  @Test(.enabled(if: Driver.present.contains(.sqlite))) func theLimitHoldsForAllRowsTogether() async throws {
    let connection = try await Database(.sqlite).connect(statementTimeout: .milliseconds(500))
    let start = ContinuousClock.now
    await expect(.timeout) {
      let cursor = try await connection.open(
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000000) SELECT n FROM c",
        types: [.int64])
      while try await cursor.next() != nil {}
    }
    #expect(ContinuousClock.now - start < .seconds(30))
    await connection.close()
  }

  /// A text with the character that marks line breaks while SQL is put together arrives as it is.
  @Test(arguments: Driver.present) func anOddCharacterSurvivesExplain(driver: Driver) async throws {
    let connection = try await Database(driver).connect()
    let renderer = Renderer(connection.dialect)
    let text = "a\u{1}b\u{1}2\nc"
    let sql = "SELECT \(try renderer.constant(text))"
    #expect(try renderer.fill("EXPLAIN {query}", ["query": sql]) == "EXPLAIN " + sql)
    let rows = try await connection.all(sql, types: [.text])
    #expect(rows == [[.text(text)]])
    await connection.close()
  }
}
