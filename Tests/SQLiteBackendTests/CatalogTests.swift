import SessionPlan
import Testing
import WarehouseDriver

@Suite struct CatalogTests {
  @Test func columns() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute(
      """
      CREATE TABLE "odd ""t"(id INTEGER PRIMARY KEY, a BIGINT NOT NULL, b VARCHAR(10), c uuid, d TIMESTAMP WITH TIME ZONE,
        e datetime, f REAL, g BLOB, h, i DECIMAL(5), j TEXT GENERATED ALWAYS AS (b) VIRTUAL)
      """)
    let found = try #require(try await connection.describe(ObjectName("odd \"t")))
    #expect(found.kind == .table)
    #expect(found.columns.map(\.name) == ["id", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])
    #expect(
      found.columns.map(\.type) == [
        .integer, .integer, .text, .text, .timestamp, .timestamp, nil, nil, nil, nil, .text,
      ])
    #expect(found.columns.map(\.isNullable) == [false, false] + Array(repeating: true, count: 9))
    #expect(found.columns[2].declaredType == "VARCHAR(10)")
  }

  @Test func keysThatMayHoldNull() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE a(id TEXT PRIMARY KEY)")
    _ = try await connection.execute("CREATE TABLE b(id TEXT PRIMARY KEY) WITHOUT ROWID")
    _ = try await connection.execute("CREATE TABLE c(id TEXT PRIMARY KEY) STRICT")
    func isNullable(_ table: String) async throws -> Bool? {
      try await connection.describe(ObjectName(table))?.columns.first?.isNullable
    }
    #expect(try await isNullable("a") == true)
    #expect(try await isNullable("b") == false)
    #expect(try await isNullable("c") == false)
    // What the catalog says is what the engine does.
    _ = try await connection.execute("INSERT INTO a VALUES (NULL)")
    await expect(.constraint) { _ = try await connection.execute("INSERT INTO c VALUES (NULL)") }
  }

  @Test func viewsAndSchemas() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(a TEXT)")
    _ = try await connection.execute("CREATE VIEW v AS SELECT a, 1 AS one FROM t")
    _ = try await connection.execute("ATTACH ':memory:' AS other")
    _ = try await connection.execute("CREATE TABLE other.u(a INTEGER)")
    let view = try #require(try await connection.describe(ObjectName("V")))
    #expect(view.kind == .view && view.columns.map(\.name) == ["a", "one"])
    #expect(view.columns[0].type == .text && view.columns[0].isNullable)
    #expect(try await connection.describe(ObjectName(parts: ["other", "u"]))?.columns.count == 1)
    #expect(try await connection.describe(ObjectName(parts: ["main", "t"])) != nil)
    for absent in [["u"], ["x"], ["nowhere", "t"], ["a", "b", "c"], ["t'; DROP TABLE t"]] {
      #expect(try await connection.describe(ObjectName(parts: absent)) == nil)
    }
  }

  @Test func attachedTablesAreFilledToo() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("ATTACH ':memory:' AS other")
    _ = try await connection.execute("CREATE TABLE other.u(a INTEGER)")
    let name = ObjectName(parts: ["other", "u"])
    try await connection.begin(.insertOnly(ledgers: [name]))
    var batch = RecordBatch(schema: [BatchColumn("a", .int64)])
    batch.columns[0].append(Int64(5))
    let append = try await connection.beginAppend(to: name, columns: batch.schema)
    try await append.write(batch)
    #expect(try await append.finish() == 1)
    try await connection.commit()
    #expect(try await connection.number("SELECT a FROM other.u") == 5)
  }
}
