internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// The bulk insert: every type, NULL, long texts, many rows.
struct AppendChecks {
  let work: KitWork

  func carryOut() async throws {
    let connection = try await work.connect()
    let table = try await ValueTable.make(.values, work, connection)
    try await work.check(
      "append/round-trip", "Integers, texts and times come back as they were, and NULL as NULL.",
      proves: ["T03", "T04", "T12", "T22", "T27"]
    ) {
      try await table.append(Self.rows, connection)
      try await table.requireRows(Self.rows, connection)
      return "\(Self.rows.count) rows"
    }
    try await work.check("append/wide-text", "Texts of 100,000 and of 300,000 bytes come back whole.") {
      let wide = try await ValueTable.make(.wide, work, connection)
      let rows = [100_000, 300_000, 1, 0].enumerated().map { index, length in
        ValueTable.Row(Int64(index), text: String(repeating: "é\u{1F642}x", count: length / 7 + 1))
      }
      try await wide.append(rows, connection)
      try await wide.requireRows(rows, connection)
      return nil
    }
    try await work.check("append/given-up", "Of a bulk insert that is given up nothing stays.", needs: [.transactions])
    {
      try await connection.begin(.write)
      do {
        let append = try await connection.beginAppend(to: table.name, columns: ValueTable.columns)
        try await append.write(ValueTable.batch([ValueTable.Row(1000), ValueTable.Row(1001)]))
        await append.cancel()
        try await connection.rollback()
      } catch {
        try? await connection.rollback()
        throw error
      }
      try await table.requireRows(Self.rows, connection)
      return nil
    }
    try await work.check(
      "append/strict-types", "A text that is no number cannot get into an integer column.", proves: ["strict_types"],
      needs: [.strictTypes]
    ) {
      let columns = [BatchColumn("n", .int64), BatchColumn("i", .text)]
      var batch = RecordBatch(schema: columns)
      batch.columns[0].append(Int64(2000))
      batch.columns[1].append("no number")
      let isRefused: Bool
      do {
        try await connection.begin(.write)
        let append = try await connection.beginAppend(to: table.name, columns: columns)
        try await append.write(batch)
        _ = try await append.finish()
        isRefused = false
      } catch is DriverError {
        isRefused = true
      }
      try await connection.rollback()
      try require(isRefused, "it was taken")
      return nil
    }
  }

  private static let rows: [ValueTable.Row] = {
    let texts = [
      "", " ", "a", "A ", "b\u{F3}b", "bo\u{301}b", "\u{1F642}", "\u{FFFF}", "'", "\"", "\\", "\\N", "NULL", "a\tb",
      "a\nb",
      "a\r\nb", "\u{FEFF}x", "{a}", "?", "%s", "\u{1}", "\u{7F}",
    ]
    let integers: [Int64] = [.min, .max, 0, -1, 1, 9_007_199_254_740_993, -2_147_483_649]
    let times = [
      Timestamp.earliest.microseconds, Timestamp.end.microseconds - 1, 0, -1, -1_500_000, 1, 999_999,
      1_774_746_000_000_000, -2_717_668_677_000_000, 1_580_648_116_123_456,
    ]
    var rows = texts.map { ValueTable.Row(0, text: $0) } + integers.map { ValueTable.Row(0, integer: $0) }
    rows += times.map { ValueTable.Row(0, time: $0) } + [ValueTable.Row(0)]
    for index in rows.indices { rows[index].number = Int64(index) }
    return rows
  }()
}
