import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.needs(PostgresServer.absence)) struct RoundTripTests {
  private static let texts = [
    "", "a", "tab\tnew\nline\r\\N \\. 'x' \"y\"", "e\u{301} é", "😀👩‍👩‍👧", "\u{1}\u{7f}", "\\N", "\\.",
  ]

  private func column(_ type: BatchColumnType, _ rows: Int, _ random: inout Seeded) -> ColumnVector {
    var column = ColumnVector(type: type)
    for _ in 0..<rows {
      if Int.random(in: 0..<5, using: &random) == 0 {
        column.appendNull()
        continue
      }
      switch type {
      case .int64:
        column.append(
          [Int64.min, .max, 0, -1, .random(in: .min ... .max, using: &random)].randomElement(using: &random) ?? 0)
      case .double:
        column.append(
          [
            0.1, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
            Double.random(in: -1...1, using: &random),
          ].randomElement(
            using: &random) ?? 0)
      case .text:
        let text = Self.texts.randomElement(using: &random) ?? ""
        column.append(String(repeating: text, count: Int.random(in: 0...40, using: &random)))
      case .timestamp:
        let times = [Timestamp.earliest.microseconds, Timestamp.end.microseconds - 1, -1, 0, 946_684_800_000_000]
        column.append(
          Bool.random(using: &random)
            ? times.randomElement(using: &random) ?? 0 : Int64.random(in: times[0]...times[1], using: &random))
      }
    }
    return column
  }

  /// - Parameter types: of the table's columns; some go in COPY's binary form, others in its text form.
  @Test(
    arguments: [
      ["int8", "text", "timestamp", "float8"], ["numeric", "varchar", "timestamptz", "float8"],
      ["int8", "bpchar", "timestamptz(6)", "float8"], ["int8", "json_text", "timestamp", "float8"],
    ], [1 as UInt64, 2, 3])
  func randomBatchesComeBack(_ types: [String], _ seed: UInt64) async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute("CREATE DOMAIN json_text AS text")
    _ = try await connection.execute(
      "CREATE TABLE t(n bigserial, \"a \"\"1\" \(types[0]), \"B\" \(types[1]), \"🕰\" \(types[2]), d \(types[3]))")
    let schema = [
      BatchColumn("a \"1", .int64), BatchColumn("B", .text), BatchColumn("🕰", .timestamp), BatchColumn("d", .double),
    ]
    var random = Seeded(seed)
    var expected: [[BatchValue?]] = []
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: schema)
    for _ in 0..<4 {
      let rows = Int.random(in: 0...3000, using: &random)
      let batch = RecordBatch(schema: schema, columns: schema.map { column($0.type, rows, &random) })
      try await append.write(batch)
      for row in 0..<rows { expected.append(batch.row(row)) }
    }
    #expect(try await append.finish() == expected.count)
    try await connection.commit()
    let found = try await connection.all(
      "SELECT \"a \"\"1\", \"B\", \"🕰\", d FROM t ORDER BY n", types: schema.map(\.type))
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { same($0, $1) })
    await connection.close()
  }

  /// Swift takes composed and decomposed texts for equal (trap T26).
  private func same(_ a: [BatchValue?], _ b: [BatchValue?]) -> Bool {
    zip(a, b).allSatisfy { one, other in
      if case .text(let first)? = one, case .text(let second)? = other { return first.utf8.elementsEqual(second.utf8) }
      return one == other
    }
  }

  @Test func typesOfResults() async throws {
    let connection = try await Database().connect()
    func value(_ expression: String, _ type: BatchColumnType? = nil) async throws -> BatchValue? {
      try await connection.all("SELECT \(expression)", types: type.map { [$0] })[0][0]
    }
    #expect(try await value("1::int2") == .int64(1))
    #expect(try await value("-2::int4") == .int64(-2))
    #expect(try await value("9223372036854775807::int8") == .int64(.max))
    #expect(try await value("true") == .int64(1))
    #expect(try await value("4294967295::oid") == .int64(4_294_967_295))
    #expect(try await value("1.5::float4") == .double(1.5))
    #expect(try await value("0.1::float8") == .double(0.1))
    #expect(try await value("3::int4", .double) == .double(3))
    #expect(try await value("123456789012345678901234567890.10::numeric") == .text("123456789012345678901234567890.10"))
    #expect(try await value("sum(n) FROM generate_series(1, 4) n", .int64) == .int64(10))
    #expect(try await value("12.00::numeric", .int64) == .int64(12))
    #expect(try await value("12.5::numeric", .double) == .double(12.5))
    #expect(
      try await value("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid") == .text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"))
    #expect(try await value("'2024-02-29'::date") == .text("2024-02-29"))
    #expect(try await value("'2024-02-29'::date", .timestamp) == .timestamp(1_709_164_800_000_000))
    #expect(try await value("'1969-12-31 23:59:59.999999'::timestamp") == .timestamp(-1))
    #expect(try await value("'2024-07-01 00:00:00-04'::timestamptz") == .timestamp(1_719_806_400_000_000))
    #expect(try await value("'x'") == .text("x"))
    #expect(try await value("'[1]'::jsonb") == .text("[1]"))
    #expect(try await value("'1 day'::interval") == .text("1 day"))
    #expect(try await value("ARRAY[1,2]") == .text("{1,2}"))
    #expect(try await value("7", .text) == .text("7"))
    #expect(try await value("NULL::int8") == nil)
    for time in ["'infinity'::timestamp", "'-infinity'::timestamptz", "'294276-12-31'::timestamp"] {
      await expect(.wrongColumn) { _ = try await value(time) }
    }
    await expect(.wrongColumn) { _ = try await value("'infinity'::date", .timestamp) }
    await expect(.wrongColumn) { _ = try await value("12.5::numeric", .int64) }
    await expect(.wrongColumn) { _ = try await value("1e30::numeric", .int64) }
    let error = await expect(.wrongColumn) { _ = try await value("'x'::text AS \"my column\"", .int64) }
    #expect(error?.description.contains("my column") == true)
    // Every error above left the connection as it was.
    #expect(try await value("1") == .int64(1))
    await connection.close()
  }

  @Test func queriesOfEveryShape() async throws {
    let connection = try await Database().connect()
    #expect(try await connection.all("VALUES (1, 'a'), (2, NULL);; -- end").count == 2)
    #expect(
      try await connection.all("SELECT a.x, b.x FROM (SELECT 1 AS x) a, (SELECT 2.5 AS x) b") == [
        [.int64(1), .text("2.5")]
      ])
    #expect(
      try await connection.all("SELECT n::numeric FROM generate_series(1, 3) n ORDER BY n DESC") == [
        [.text("3")], [.text("2")], [.text("1")],
      ])
    #expect(try await connection.all("SHOW TimeZone") == [[.text("UTC")]])
    #expect(try await connection.all("SELECT 1 WHERE false") == [])
    let cursor = try await connection.open("SELECT 1 AS a, 'x' AS \"b c\" WHERE false", types: nil)
    #expect(cursor.schema == [BatchColumn("a", .int64), BatchColumn("b c", .text)])
    await cursor.close()
    _ = try await connection.execute("CREATE TABLE t(a int)")
    #expect(try await connection.all("INSERT INTO t VALUES (5) RETURNING a") == [[.int64(5)]])
    await expect(.other) { _ = try await connection.open("SELECT 1; SELECT 2", types: nil) }
    await expect(.other) { _ = try await connection.open("SELECT 1", types: [.int64, .int64]) }
    await expect(.other) { _ = try await connection.open("INSERT INTO t VALUES (1)", types: nil) }
    await expect(.other) { _ = try await connection.execute("COPY t FROM STDIN") }
    await expect(.other) { _ = try await connection.execute("COPY t TO STDOUT") }
    await expect(.other) { _ = try await connection.execute("") }
    #expect(try await connection.number("SELECT count(*) FROM t") == 1)
    await connection.close()
  }

  @Test func whatDoesNotFitIsOneClearError() async throws {
    let connection = try await Database().connect()
    _ = try await connection.execute(
      "CREATE TABLE t(i2 int2, i4 int4, v varchar(3), ts timestamp, u uuid NOT NULL DEFAULT gen_random_uuid())")
    func insert(_ name: String, _ values: ColumnVector.Values) async throws {
      try await connection.begin(.write)
      do {
        _ = try await connection.insert(
          RecordBatch(
            schema: [BatchColumn(name, ColumnVector(values: values).type)], columns: [ColumnVector(values: values)]),
          into: ObjectName("t"))
        try await connection.commit()
      } catch {
        try await connection.rollback()
        throw error
      }
    }
    func texts(_ text: String) -> ColumnVector.Values {
      var vector = TextVector()
      vector.append("ok")
      vector.append(text)
      return .text(vector)
    }
    try await insert("i2", .int64([1, -32768]))
    try await insert("v", texts("abc"))
    var text = TextVector()
    text.append("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11")
    try await insert("u", .text(text))
    await expect(.wrongColumn) { try await insert("i2", .int64([1, 40000])) }
    await expect(.wrongColumn) { try await insert("i4", .int64([1 << 40])) }
    await expect(.wrongColumn) { try await insert("v", texts("secret")) }
    await expect(.encoding) { try await insert("v", texts("a\0b")) }
    await expect(.wrongColumn) { try await insert("ts", .timestamp([.min])) }
    await expect(.wrongColumn) { try await insert("nowhere", .int64([1])) }
    let error = await expect(.wrongColumn) { try await insert("u", texts("secret value")) }
    #expect(error?.description.contains("secret") == false)
    #expect(try await connection.number("SELECT count(*) FROM t") == 5)
    await connection.close()
  }
}
