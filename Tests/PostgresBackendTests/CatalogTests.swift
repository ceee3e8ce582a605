import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.needs(PostgresServer.absence)) struct CatalogTests {
  @Test func everyKindOfTableAndType() async throws {
    let connection = try await Database().connect()
    for sql in [
      "CREATE TYPE mood AS ENUM ('a')", "CREATE DOMAIN key AS varchar(20) NOT NULL", "CREATE DOMAIN key2 AS key",
      """
      CREATE TABLE "Odd ""t"" 😀"("a ""b" int8 NOT NULL, "C d" int4, e int2, f text, g varchar(7), h bpchar, i name,
        j uuid, k json, l numeric(10,2), m mood, n key2, o timestamp(3), p timestamptz, q date, r boolean, s float8,
        t bytea, u interval, v int[], PRIMARY KEY ("a ""b"))
      """,
      "ALTER TABLE \"Odd \"\"t\"\" 😀\" DROP COLUMN e",
      "CREATE VIEW v AS SELECT 1 AS a", "CREATE MATERIALIZED VIEW m AS SELECT 'x'::text AS a",
      "CREATE TABLE p(a int) PARTITION BY RANGE (a)", "CREATE SCHEMA \"S.1\"", "CREATE TABLE \"S.1\".t(x text)",
      "CREATE TABLE empty()", "CREATE SEQUENCE s",
    ] { _ = try await connection.execute(sql) }
    let found = try #require(try await connection.describe(ObjectName("Odd \"t\" 😀")))
    #expect(found.kind == .table)
    #expect(
      found.columns.map(\.name) == [
        "a \"b", "C d", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v",
      ])
    let types: [ValueType?] = [
      .integer, .integer, .text, .text, .text, .text, .text, .text, .text, .text, .text, .timestamp, .zonedTimestamp,
      .timestamp, .flag, nil, nil, nil, nil,
    ]
    #expect(found.columns.map(\.type) == types)
    #expect(found.columns.filter { !$0.isNullable }.map(\.name) == ["a \"b", "n"])
    #expect(found.columns[3].declaredType == "character varying(7)")
    #expect(found.columns[11].declaredType == "timestamp(3) without time zone")
    #expect(try await connection.describe(ObjectName("v"))?.kind == .view)
    #expect(try await connection.describe(ObjectName("m"))?.kind == .view)
    #expect(try await connection.describe(ObjectName("p"))?.kind == .table)
    #expect(try await connection.describe(ObjectName("empty"))?.columns.count == 0)
    for missing in [
      ["t"], ["odd \"t\" 😀"], ["V"], ["s"], ["no", "v"], ["other", "public", "v"], ["a", "b", "c", "d"],
    ] {
      #expect(try await connection.describe(ObjectName(parts: missing)) == nil)
    }
    #expect(try await connection.describe(ObjectName(parts: ["S.1", "t"]))?.columns.count == 1)
    _ = try await connection.execute("SET search_path = \"S.1\"")
    #expect(try await connection.describe(ObjectName("t"))?.columns.count == 1)
    await connection.close()
  }

  @Test func facts() async throws {
    let database = try await Database(options: .init(settings: ["timezone": "Asia/Kathmandu"]))
    let connection = try await database.connect()
    let facts = try await connection.facts()
    #expect(facts.engine == "PostgreSQL")
    #expect(facts.dialect == "postgres")
    #expect(facts.version.hasPrefix("\(database.server.majorVersion)."))
    let details = Dictionary(uniqueKeysWithValues: facts.details.map { ($0.name, $0.value) })
    #expect(details["server"] == "127.0.0.1:\(database.server.port)")
    #expect(details["server's time zone"] == "Asia/Kathmandu")
    #expect(details["collation"] == "C.UTF-8 (libc)")
    #expect(details["TLS"] == "no")
    #expect(details["standby"] == "no")
    #expect(details["may create temporary tables"] == "yes")
    #expect(try await connection.text("SHOW TimeZone") == "UTC")
    #expect(try await connection.text("SHOW application_name") == "sessionizer")
    #expect(try await connection.text("SHOW search_path")?.hasSuffix(", pg_temp") == true)
    await connection.close()
  }

  @Test func explainTellsAndDoesNothing() async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE TABLE t(a int)")
    let lines = try await connection.explain("INSERT INTO t SELECT generate_series(1, 10)")
    #expect(lines.first?.contains("rows=") == true)
    await expect(.other) { _ = try await connection.explain("ANALYZE INSERT INTO t VALUES (1)") }
    #expect(try await connection.number("SELECT count(*) FROM t") == 0)
    await connection.close()
  }

  @Test func statementsAreAnnotated() async throws {
    let events = Log()
    let connection = try await Database().connect(observer: { events.append($0) })
    await connection.annotate("run 17 */ of\n/* \"x\"")
    let shown = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()"
    #expect(try await connection.text(shown)?.hasPrefix("/* sessionizer: run 17 * / of / * \"x\" */ ") == true)
    await connection.annotate(nil)
    #expect(try await connection.text(shown)?.contains("run 17") == false)
    #expect(events.all.map(\.sql) == [shown, shown])
    #expect(events.all.map(\.rows) == [1, 1])
    await connection.close()
  }
}
