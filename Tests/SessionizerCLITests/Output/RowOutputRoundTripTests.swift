import Foundation
import Testing
import WarehouseDriver

@testable import SessionizerCLI

/// What is written can be read back, whatever the bytes.
@Suite struct RowOutputRoundTripTests {
  static let columns: [BatchColumn] = [
    BatchColumn("text, \"odd\"", .text), BatchColumn("number", .int64), BatchColumn("time", .timestamp),
    BatchColumn("last", .text),
  ]

  private func randomRows(_ random: inout SeededRandom, validUTF8: Bool) -> [[Cell]] {
    (0..<Int.random(in: 0...40, using: &random)).map { _ in
      [
        text(&random, validUTF8), number(&random), time(&random), text(&random, validUTF8),
      ]
    }
  }

  private func text(_ random: inout SeededRandom, _ valid: Bool) -> Cell {
    if Int.random(in: 0..<8, using: &random) == 0 { return .null }
    let pieces = [
      "", "a", ",", "\"", "\n", "\r\n", "\\", "\u{0}", "\u{7F}", "\u{1B}", "é", "e\u{301}", "🙂", "\u{2028}", " ",
    ]
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      if valid || Bool.random(using: &random) {
        bytes += Array((pieces.randomElement(using: &random) ?? "").utf8)
      } else {
        bytes.append(UInt8.random(in: 0...255, using: &random))
      }
    }
    return .text(bytes)
  }

  private func number(_ random: inout SeededRandom) -> Cell {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: .null
    case 1: .number([.min, .max, 0, -1, 10, -10, 99, 100].randomElement(using: &random) ?? 0)
    default: .number(Int64.random(in: .min ... .max, using: &random))
    }
  }

  private func time(_ random: inout SeededRandom) -> Cell {
    Bool.random(using: &random)
      ? .null : .time(Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &random))
  }

  private func batches(_ rows: [[Cell]], _ random: inout SeededRandom) -> [RecordBatch] {
    var batches = [RecordBatch(schema: Self.columns)]
    var rest = rows[...]
    while !rest.isEmpty {
      let count = Int.random(in: 0...rest.count, using: &random)
      batches.append(RecordBatch(Self.columns, Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
    return batches
  }

  @Test(arguments: 0..<200)
  func csv(seed: Int) async throws {
    var random = SeededRandom(seed: UInt64(seed))
    let rows = randomRows(&random, validUTF8: false)
    let bytes = try await written(.csv, batches(rows, &random))
    let expected = rows.map { row in
      row.map { cell -> [UInt8] in
        switch cell {
        case .null: []
        case .number(let value): Array(String(value).utf8)
        case .time(let value): Array(referenceTime(value).utf8)
        case .text(let bytes): bytes
        }
      }
    }
    #expect(readCSV(bytes) == [Self.columns.map { Array($0.name.utf8) }] + expected)
  }

  @Test(arguments: 0..<200, [OutputFormat.json, .jsonl])
  func json(seed: Int, format: OutputFormat) async throws {
    var random = SeededRandom(seed: UInt64(seed))
    let rows = randomRows(&random, validUTF8: seed.isMultiple(of: 2))
    let bytes = try await written(format, batches(rows, &random))
    let documents =
      format == .json ? [Data(bytes)] : bytes.split(separator: UInt8(ascii: "\n")).map { Data([91] + $0 + [93]) }
    var read: [[String: Value]] = []
    for document in documents { read += try JSONDecoder().decode([[String: Value]].self, from: document) }
    #expect(read.count == rows.count)
    for (object, row) in zip(read, rows) {
      for (column, cell) in zip(Self.columns, row) {
        let expected: Value =
          switch cell {
          case .null: .null
          case .number(let value): .number(value)
          case .time(let value): .text(Array(referenceTime(value).utf8))
          // What is no UTF-8 becomes U+FFFD, and nothing else changes.
          case .text(let bytes): .text(Array(String(decoding: bytes, as: UTF8.self).utf8))
          }
        #expect(object[column.name] == expected)
      }
    }
  }

  enum Value: Decodable, Equatable {
    case null
    case number(Int64)
    case text([UInt8])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let number = try? container.decode(Int64.self) {
        self = .number(number)
      } else {
        self = .text(Array(try container.decode(String.self).utf8))
      }
    }
  }

  @Test func outputGoesInLargePiecesAndInConstantMemory() async throws {
    let row: [Cell] = [.text(String(repeating: "x", count: 90)), .number(1), .null, .null]
    let batch = RecordBatch(Self.columns, Array(repeating: row, count: 4096))
    let sink = MemorySink()
    let output = RowOutput(.csv, to: sink)
    for _ in 0..<10 { try await output.write(batch) }
    try await output.finish()
    #expect(sink.sizes.count < 30)
    #expect(sink.sizes.allSatisfy { $0 < 300_000 })
  }

  @Test func aFailingSinkIsReported() async {
    let output = RowOutput(.csv, to: FailingSink(error: .brokenPipe))
    await #expect(throws: OutputError.brokenPipe) { try await output.finish(schema: Self.columns) }
  }
}

/// A CSV reader that shares nothing with the writer: fields as bytes.
private func readCSV(_ bytes: [UInt8]) -> [[[UInt8]]] {
  var rows: [[[UInt8]]] = []
  var row: [[UInt8]] = []
  var field: [UInt8] = []
  var isQuoted = false
  var index = 0
  while index < bytes.count {
    let byte = bytes[index]
    index += 1
    if isQuoted {
      if byte != 34 {
        field.append(byte)
      } else if index < bytes.count, bytes[index] == 34 {
        field.append(34)
        index += 1
      } else {
        isQuoted = false
      }
    } else if byte == 34 && field.isEmpty {
      isQuoted = true
    } else if byte == 44 || byte == 10 {
      row.append(field)
      field = []
      if byte == 10 {
        rows.append(row)
        row = []
      }
    } else {
      field.append(byte)
    }
  }
  #expect(!isQuoted && row.isEmpty && field.isEmpty, "the text ends with a line")
  return rows
}

/// The canonical time, by the C library's calendar: proleptic Gregorian, where Foundation's is Julian before 1582.
private func referenceTime(_ microseconds: Int64) -> String {
  let parts = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
  var seconds = time_t(parts.remainder < 0 ? parts.quotient - 1 : parts.quotient)
  let rest = microseconds - Int64(seconds) * 1_000_000
  var civil = tm()
  gmtime_r(&seconds, &civil)
  func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
  return "\(digits(Int(civil.tm_year) + 1900, 4))-\(digits(Int(civil.tm_mon) + 1, 2))-\(digits(Int(civil.tm_mday), 2)) "
    + "\(digits(Int(civil.tm_hour), 2)):\(digits(Int(civil.tm_min), 2)):\(digits(Int(civil.tm_sec), 2))."
    + digits(Int(rest), 6)
}
