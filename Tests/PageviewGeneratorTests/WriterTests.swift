import Foundation
import PageviewFiles
import PageviewGenerator
import SessionPlan
import Testing
import WarehouseDriver

@Suite struct WriterTests {
  @Test(arguments: EventIDType.allCases) func `the CSV reads back as it was generated`(type: EventIDType) throws {
    let options = GeneratorOptions(events: 6000, eventIDType: type)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("generated-\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(csv(options)).write(to: URL(fileURLWithPath: path))
    let reader = try PageviewFileReader(path: path, options: LoadOptions(eventIDType: type))
    let generated = try generate(options)
    var row = 0
    while let batch = try reader.next() {
      #expect(batch.faults.isEmpty)
      for index in 0..<batch.rows.rowCount {
        let wanted = generated.rows[row]
        #expect(
          batch.rows.row(index) == [wanted.event, .text(wanted.user), .timestamp(wanted.time), .text(wanted.page)])
        row += 1
      }
    }
    #expect(row == 6000)
  }

  @Test func `the SQL is statements of at most 500 rows`() throws {
    var generator = try PageviewGenerator(GeneratorOptions(events: 1001, eventIDType: .integer))
    var bytes: [UInt8] = []
    try PageviewWriter.writeSQL(&generator, table: "\"my\".\"views\"") { bytes += $0 }
    let text = String(decoding: bytes, as: UTF8.self)
    let statements = text.components(separatedBy: ";\n")
    #expect(statements.count == 4 && statements[3].isEmpty)
    for (statement, rows) in zip(statements, [500, 500, 1]) {
      #expect(statement.hasPrefix("INSERT INTO \"my\".\"views\" (event_id, user_id, page_view_at, page) VALUES\n  ("))
      #expect(statement.components(separatedBy: "\n").count == rows + 1)
    }
    #expect(text.contains("\n  (1, '"))
    // A quote inside a text is doubled.
    #expect(text.contains("/category/children''s'"))
    #expect(!text.replacing("''", with: "").contains("n's"))
  }

  @Test func `text ids are quoted, and what the sink throws ends the writing`() throws {
    struct Full: Error {}
    var generator = try PageviewGenerator(GeneratorOptions(events: 1))
    var bytes: [UInt8] = []
    try PageviewWriter.writeSQL(&generator) { bytes += $0 }
    #expect(String(decoding: bytes, as: UTF8.self).contains("\n  ('e000000001', '"))
    var other = try PageviewGenerator(GeneratorOptions())
    #expect(throws: Full.self) { try PageviewWriter.writeCSV(&other) { _ in throw Full() } }
  }
}
