import SessionPlan
import Testing
import WarehouseDriver

@testable import PageviewFiles

/// What is written is what is read, whatever the quoting and however the bytes arrive.
@Suite struct RoundTripTests {
  private static let pieces = [
    "a", "B", " ", ",", "\"", "\"\"", "\n", "\r\n", "\r", ";", "é", "e\u{301}", "🦊", "'", "\\", "\t", "|", "\u{FEFF}",
    "-",
  ]

  private static func text(_ random: inout Random, from least: Int) -> String {
    (0..<Int.random(in: least...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }

  private static func rows(_ random: inout Random, _ count: Int) -> [Pageview] {
    (0..<count).map { _ in
      Pageview(
        text(&random, from: 1), text(&random, from: 1),
        Int64.random(in: Timestamp.earliest.microseconds..<Timestamp.end.microseconds, using: &random),
        Bool.random(using: &random) ? text(&random, from: 0) : nil)
    }
  }

  private static func batch(_ rows: [Pageview]) -> RecordBatch {
    var batch = RecordBatch(schema: [
      BatchColumn("event_id", .text), BatchColumn("user_id", .text), BatchColumn("page_view_at", .timestamp),
      BatchColumn("page", .text),
    ])
    for row in rows {
      row.event.withUnsafeBufferPointer { batch.columns[0].append(utf8: $0) }
      row.user.withUnsafeBufferPointer { batch.columns[1].append(utf8: $0) }
      batch.columns[2].append(row.time)
      if let page = row.page {
        page.withUnsafeBufferPointer { batch.columns[3].append(utf8: $0) }
      } else {
        batch.columns[3].appendNull()
      }
    }
    return batch
  }

  private static func csv(_ rows: [Pageview], _ writer: CSVWriter) -> [UInt8] {
    var bytes: [UInt8] = []
    writer.appendHeader(["event_id", "user_id", "page_view_at", "page"], to: &bytes)
    writer.append(batch(rows), to: &bytes)
    return bytes
  }

  @Test(arguments: [",", ";", "\t", "|"] as [Unicode.Scalar], [CSVWriter.Quoting.whenNeeded, .always])
  func `random rows come back byte by byte`(delimiter: Unicode.Scalar, quoting: CSVWriter.Quoting) throws {
    let writer = CSVWriter(quoting: quoting, emptyText: .quoted, delimiter: delimiter)
    for seed in 1...60 {
      var random = Random(seed)
      let rows = Self.rows(&random, 50)
      let sizes = (0..<5).map { _ in Int.random(in: 1...40, using: &random) }
      // Random ids may be those of two users, which is the id's only where somebody says that it is one.
      let options = LoadOptions(columns: ColumnMapping(eventID: "event_id"), delimiter: delimiter)
      let loaded = try load(Self.csv(rows, writer), pieceSizes: sizes, options)
      #expect(loaded.rows == rows, "seed \(seed)")
      #expect(loaded.faults.isEmpty, "seed \(seed)")
    }
  }

  @Test func `the form of the exports writes NULL and the empty text alike`() throws {
    let rows = [Pageview("e1", "u", 0, nil), Pageview("e2", "u", 0, "")]
    let text = String(decoding: Self.csv(rows, CSVWriter()), as: UTF8.self)
    let time = "1970-01-01 00:00:00.000000"
    #expect(text == "event_id,user_id,page_view_at,page\ne1,u,\(time),\ne2,u,\(time),\n")
  }

  @Test func `an answer does not depend on how the bytes arrive`() throws {
    let header = "event_id,user_id,page_view_at,page\r\n"
    let texts = [
      header + "e1,u,2026-01-01,\"a\"\"b\r\nc\"\r\n\r\ne2,\"v\",2026-01-01,\"\"\"\"\r\ne3,w,2026-01-01,\r\n",
      header + "e1,u,2026-01-01,\"open\ne2,\"v\",2026-01-01,\"x\"y\ne3,\"w\",2026-01-01,/\r",
      header + "e1,u,2026-01-01,\"/\"\r\ne2,u,2026-01-01,\"never\r\nclosed\r\n\"\"",
      "\u{FEFF}" + header + "e1,u,\"2026-01-01\",\"€\"\r\n\"\"\r\n\"",
    ]
    for text in texts {
      let bytes = Array(text.utf8)
      let whole = try load(bytes)
      #expect(whole.rows.count + whole.faults.count >= 2)
      for first in 1..<bytes.count {
        #expect(try load(bytes, pieceSizes: [first, .max]) == whole)
        #expect(try load(bytes, pieceSizes: [first]) == whole)
      }
    }
  }

  @Test func `noise never ends a file, and never depends on how it arrives`() throws {
    let alphabet = Array("\"\",\n\r\0a1 2026-01-01é".utf8) + [0xFF]
    for seed in 1...400 {
      var random = Random(seed)
      var bytes = Array("event_id,user_id,page_view_at,page\n".utf8)
      for _ in 0..<Int.random(in: 0...200, using: &random) {
        if Int.random(in: 0..<8, using: &random) == 0 {
          bytes += Array("\ne,u,2026-01-01,/".utf8)
        } else {
          bytes.append(alphabet.randomElement(using: &random) ?? 0)
        }
      }
      var options = LoadOptions(columns: ColumnMapping(eventID: "event_id"))
      options.encoding = .utf8
      let whole = try load(bytes, options)
      let sizes = (0..<4).map { _ in Int.random(in: 1...9, using: &random) }
      #expect(try load(bytes, pieceSizes: sizes, options) == whole, "seed \(seed)")
      let expectedLines = bytes.count { $0 == 10 } + (bytes.last == 10 ? 0 : 1)
      #expect(whole.summary?.lines == expectedLines, "seed \(seed)")
    }
  }
}
