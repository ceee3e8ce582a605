import SessionPlan
import Testing
import WarehouseDriver

/// A small generator (SplitMix64), so that a failure's seed repeats it.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct RoundTripTests {
  private let schema: [BatchColumn] = [
    BatchColumn("number", .int64), BatchColumn("odd \"name\"", .text), BatchColumn("at", .timestamp),
    BatchColumn("ratio", .double), BatchColumn("page", .text),
  ]

  private func bytes(_ random: inout SeededGenerator) -> [UInt8] {
    let samples: [[UInt8]] = [
      [], [0], [0, 65, 0], Array("bób".utf8), Array("bo\u{301}b".utf8), Array("🙂 ' \" \\".utf8), [0xff, 0xfe, 0x80],
      [0xc3],
      Array("007".utf8), Array(" 1e5 ".utf8),
    ]
    if Bool.random(using: &random) { return samples.randomElement(using: &random) ?? [] }
    return (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private func batch(_ rows: Int, _ random: inout SeededGenerator) -> RecordBatch {
    var batch = RecordBatch(schema: schema)
    let first = CivilTime(year: 1, month: 1, day: 1).microseconds
    let last = CivilTime(year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59, microsecond: 999_999)
      .microseconds
    for _ in 0..<rows {
      for index in schema.indices {
        if Int.random(in: 0..<5, using: &random) == 0 {
          batch.columns[index].appendNull()
          continue
        }
        switch schema[index].type {
        case .int64:
          let extremes: [Int64] = [.min, .max, 0, -1, 1 << 53, 1 << 53 + 1]
          batch.columns[index].append(
            Bool.random(using: &random)
              ? extremes.randomElement(using: &random) ?? 0 : Int64.random(in: .min ... .max, using: &random))
        case .double: batch.columns[index].append(Double.random(in: -1e9...1e9, using: &random))
        case .timestamp:
          let near = Int64.random(in: -2_000_000...2_000_000, using: &random)
          batch.columns[index].append(
            [first, last, near, Int64.random(in: first...last, using: &random)].randomElement(using: &random) ?? 0)
        case .text: bytes(&random).withUnsafeBufferPointer { batch.columns[index].append(utf8: $0) }
        }
      }
    }
    return batch
  }

  /// One row's values with texts as bytes: Swift Strings would repair and equate them.
  private func exact(_ batch: RecordBatch, _ row: Int) -> [String] {
    batch.columns.map { column in
      if column.isNull(row) { return "NULL" }
      return switch column.values {
      case .int64(let values), .timestamp(let values): "\(values[row])"
      case .double(let values): "\(values[row].bitPattern)"
      case .text(let values): "\(Array(values.utf8(row)))"
      }
    }
  }

  @Test(arguments: 0..<30)
  func whatIsAppendedIsRead(seed: UInt64) async throws {
    var random = SeededGenerator(state: seed)
    let connection = try await inMemory()
    _ = try await connection.execute(
      "CREATE TABLE t(number INTEGER, \"odd \"\"name\"\"\" TEXT, at TEXT, ratio REAL, page TEXT)")
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: schema)
    var expected: [[String]] = []
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let batch = batch([0, 1, 63, 64, 65, 200].randomElement(using: &random) ?? 1, &random)
      try await append.write(batch)
      expected += (0..<batch.rowCount).map { exact(batch, $0) }
    }
    #expect(try await append.finish() == expected.count)
    try await connection.commit()
    let cursor = try await connection.open("SELECT * FROM t ORDER BY rowid", types: schema.map(\.type))
    var found: [[String]] = []
    while let batch = try await cursor.next() { found += (0..<batch.rowCount).map { exact(batch, $0) } }
    #expect(found == expected, "seed \(seed)")
  }

  @Test func timesAreStoredAsReadableText() async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(at TEXT)")
    try await connection.begin(.write)
    var batch = RecordBatch(schema: [BatchColumn("at", .timestamp)])
    for time in [-1, 0, CivilTime(year: 1, month: 1, day: 2).microseconds] as [Int64] { batch.columns[0].append(time) }
    #expect(try await connection.insert(batch, into: "t") == 3)
    #expect(
      try await connection.all("SELECT at FROM t ORDER BY at", types: [.text]) == [
        [.text("0001-01-02 00:00:00.000000")], [.text("1969-12-31 23:59:59.999999")],
        [.text("1970-01-01 00:00:00.000000")],
      ])
  }

  @Test(arguments: [Int64.min, .max, CivilTime(year: 10_000, month: 1, day: 1).microseconds, -70_000_000_000_000_000])
  func timesThatHaveNoCanonicalTextAreRefused(time: Int64) async throws {
    let connection = try await inMemory()
    _ = try await connection.execute("CREATE TABLE t(at TEXT)")
    try await connection.begin(.write)
    var batch = RecordBatch(schema: [BatchColumn("at", .timestamp)])
    batch.columns[0].append(time)
    await expect(.wrongColumn) { _ = try await connection.insert(batch, into: "t") }
  }
}
