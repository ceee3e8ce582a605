import SessionPlan
import Testing

@testable import PageviewFiles

private let header = "event_id,user_id,page_view_at,page\n"

@Suite struct LineFaultTests {
  @Test(arguments: [
    (",u,2026-01-01,/", FaultReason.nullEventID), ("\"\",u,2026-01-01,/", .nullEventID),
    ("e,,2026-01-01,/", .nullUser), ("e,u,,/", .nullTime), ("e,u,2026-02-30,/", .badTime),
    ("e,u,2026-01-01 24:00:00,/", .badTime), ("e,u,03/04/2026 10:00,/", .badTime),
    ("e,u,0001-01-01 23:59:59.999999,/", .timeOutOfRange),
    ("e,u,9999-12-31,/", .timeOutOfRange), ("e,u,infinity,/", .timeOutOfRange), ("e,u,-infinity,/", .timeOutOfRange),
    ("e,u,0044-03-15 00:00:00 BC,/", .timeOutOfRange), ("e,u,10000-01-01,/", .timeOutOfRange),
    ("e,u,2026-01-01", .columnCount), ("e,u,2026-01-01,/,x", .columnCount), ("e,u,2026-01-01,\0", .nulByte),
  ]) func `each has its reason, and the other lines are loaded`(line: String, reason: FaultReason) throws {
    let good = "g,u,2026-01-01,/\n"
    let loaded = try load(header + good + line + "\n" + good)
    #expect(loaded.reasons == [reason])
    #expect(loaded.faults.first?.line == 3)
    #expect(loaded.rows.count == 2)
    #expect(loaded.summary?.faults == [reason: 1])
  }

  @Test func `the ends of the time range`() throws {
    let loaded = try load(header + "e1,u,0001-01-02 00:00:00,/\ne2,u,9999-12-30 23:59:59.9999999,/\n")
    #expect(loaded.rows.map(\.time) == [Timestamp.earliest.microseconds, Timestamp.end.microseconds - 1])
  }

  @Test func `keys of 1,024 bytes fit, of 1,025 do not`() throws {
    for (column, other) in [(0, 1), (1, 0)] {
      for (length, fits) in [(1024, true), (1025, false)] {
        var fields = ["e", "u", "2026-01-01", "/"]
        fields[column] = String(repeating: "é", count: 512) + (length > 1024 ? "x" : "")
        let loaded = try load(header + fields.joined(separator: ",") + "\n")
        #expect(loaded.reasons == (fits ? [] : [.keyTooLong]), "column \(column), not \(other)")
      }
    }
  }

  @Test func `integers are canonical or bad`() throws {
    let options = LoadOptions(eventIDType: .integer)
    let good = ["0", "-1", "7", "9007199254740993", "9223372036854775807", "-9223372036854775808"]
    let bad = ["007", "+7", "-0", "7.0", " 7", "1e3", "-", "x", "9223372036854775808", "-9223372036854775809", "٣"]
    let lines = (good + bad).map { "\($0),u,2026-01-01,/\n" }.joined()
    let loaded = try load(header + lines, options)
    #expect(loaded.events == good)
    #expect(loaded.faults.map(\.eventID) == bad)
    #expect(Set(loaded.reasons) == [.badEventID])
    #expect(loaded.summary?.nothingFits == false)
    #expect(try load(header + "x,u,2026-01-01,/\n", options).summary?.nothingFits == true)
  }

  @Test func `texts of a fault are valid, without NUL, and at most 1,024 bytes`() throws {
    var line = Array("e\u{0},".utf8) + [0xC3, 0x28, 0xFF]
    line += Array(",nonsense,".utf8) + Array(String(repeating: "€", count: 1000).utf8) + [10]
    let fault = try #require(try load(Array(header.utf8) + line).faults.first)
    #expect(fault.reason == .nulByte)
    #expect(fault.eventID == "e\u{FFFD}")
    #expect(fault.userID == "\u{FFFD}(\u{FFFD}")
    #expect(fault.page == String(repeating: "€", count: 341))
  }

  @Test func `UTF-8 is judged as the standard library does`() {
    var random = Random(1)
    let interesting: [UInt8] = [
      0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED,
      0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF,
    ]
    var valid = 0
    for _ in 0..<200_000 {
      let length = Int.random(in: 0...12, using: &random)
      let bytes = (0..<length).map { index in
        index % 5 < 2 ? 0x61 : interesting.randomElement(using: &random) ?? 0
      }
      let expected = String(validating: bytes, as: UTF8.self) != nil
      let found = bytes.withUnsafeBufferPointer { TextCheck.fault($0) }
      #expect(found == (expected ? nil : .invalidUTF8), "\(bytes)")
      valid += expected ? 1 : 0
    }
    #expect(valid > 1000)
  }

  @Test func `each scalar is valid, and NUL is found at every place`() {
    for value in 1...0x10FFFF where !(0xD800...0xDFFF).contains(value) && (value < 0x3000 || value % 97 == 0) {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      #expect(Array(String(scalar).utf8).withUnsafeBufferPointer { TextCheck.fault($0) } == nil)
    }
    for length in 1...20 {
      for place in 0..<length {
        for filler in [UInt8(0x01), 0x61] {
          var bytes = [UInt8](repeating: filler, count: length)
          bytes[place] = 0
          #expect(bytes.withUnsafeBufferPointer { TextCheck.fault($0) } == .nulByte)
        }
      }
    }
  }

  @Test(arguments: ["NULL", "Null", "none", "NA", "#N/A", "NaT", "\\N", "[object Object]", "0"])
  func `words for NULL are noticed in letters of either case`(word: String) throws {
    let text = "user_id,page_view_at,page\n\(word),2026-03-01 10:00:00,/\nann,2026-03-01 10:00:00,/\n"
    let notices = try load(text).summary?.notices ?? []
    #expect(notices.contains { $0.hasPrefix("the user is \"\(word)\" on 1 line") })
    var options = LoadOptions()
    options.nullTexts = [word]
    let declared = try load(text, options)
    #expect(declared.reasons == [.nullUser])
    #expect(declared.summary?.notices.contains { $0.hasPrefix("the user is") } == false)
  }

  @Test func `numbers of two units are noticed`() throws {
    let text = "user_id,page_view_at,page\nann,1772359200,/\nann,1772359200000,/\n"
    let notices = try load(text, LoadOptions(timeFormat: .epochMilliseconds)).summary?.notices ?? []
    #expect(notices.contains { $0.hasPrefix("1 time is before 1971, and others are not") })
  }
}
