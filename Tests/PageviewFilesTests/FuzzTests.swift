import Foundation
import SessionPlan
import Testing

@testable import PageviewFiles

/// Whatever the bytes are, a reader ends: with rows and faults, or with a fault of the file, in bounded work.
///
/// `SESSIONIZER_FUZZ=1000000` sets how many inputs each reader gets, `SESSIONIZER_SEED` where they begin.
@Suite struct FuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["SESSIONIZER_FUZZ"].flatMap { Int($0) } ?? 4000
  private static let first = environment["SESSIONIZER_SEED"].flatMap { Int($0) } ?? 0

  private static let seeds: [(path: String, text: String)] = [
    (
      "a.csv",
      "event_id,user_id,page_view_at,page\n1,u,2026-01-01 10:00:00,\"/a\"\"b\"\n2,v,2026-01-01,\"x\ny\"\n3,w,01/Mar/2026:10:00:00 +0000,\n"
    ),
    ("a.csv", "sep=;\r\nuser_id;page_view_at;page\r\nu;Mar 1, 2026 10:00 AM;/\r\n"),
    (
      "a.jsonl",
      #"{"event_id":"1","user_id":"u","page_view_at":"2026-01-01","page":"\u00e9","p":[{"k":"a","v":1}]}"# + "\n{}\n"
    ),
    ("a.json", #"[{"user_id":1,"page_view_at":"2026-01-01T00:00:00Z"} , {"user_id":"\ud83d"}]"#),
    ("a.json", "{\n \"user_id\": \"u\",\n \"page_view_at\": \"2026-01-01\"\n}\n{\"user_id\":null}"),
    ("a.log", "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a?b HTTP/1.1\" 200 5 \"-\" \"U\\\"A\\x41\"\n"),
    (
      "a.log",
      "2026-03-01T10:00:00.1Z stdout F 192.0.2.1, 10.0.0.1 - - [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5\n"
    ),
    ("a.log", "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-03-01 10:00:00 192.0.2.1 GET /a 200\n"),
    (
      "a.log",
      #"{"log":"192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5\n","stream":"stdout","time":"x"}"#
        + "\n"
    ),
    ("a.log", #"{"ts":1.5e9,"request":{"remote_ip":"1","uri":"/","method":"GET"},"status":200}"# + "\n"),
  ]

  private static let formats = [5: "COMBINED", 6: "CRI+COMMON", 7: "W3C", 8: "DOCKER+COMMON", 9: "CADDY"]

  private static let pieces =
    [
      "\"", "\\", "\n", "\r", ",", ";", "{", "}", "[", "]", ":", " ", "-", "\0", "\u{FEFF}", "%", "+", "é", "#Fields:",
      "\"\"", "\\u", "9999999999999999999", "null", "\t", "|",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD]]

  private static func mutated(_ text: String, _ random: inout Random) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
      case 2 where place < bytes.count:
        bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
      case 3: bytes.insert(contentsOf: bytes[place...].prefix(30), at: Int.random(in: 0...bytes.count, using: &random))
      default: bytes = Array(bytes.prefix(place))
      }
    }
    return bytes
  }

  @Test(arguments: seeds.indices) func `any bytes`(index: Int) throws {
    let seed = Self.seeds[index]
    print("fuzz: \(seed.path) \(index), \(Self.count) inputs from SESSIONIZER_SEED=\(Self.first)")
    var rows = 0
    for round in 0..<Self.count {
      // Each input has a seed of its own, so that it can be made again.
      var random = Random((Self.first + round) * 100 + index + 1)
      let times = seed.path == "a.csv" ? 1 : 1 + round % 3
      let bytes = Self.mutated(String(repeating: seed.text, count: times), &random)
      var options = LoadOptions()
      switch round % 8 {
      case 1: options.encoding = .utf8
      case 2: options.only = try RowFilter(text: "user_id like '%' or page is null")
      case 3: options.csv.escape = "\\"
      case 4:
        options.columns = ColumnMapping(userID: "user_id|p[k=a].v", pageViewAt: "page_view_at", page: "page+user_id")
      case 5: options.log.user = .forwarded
      case 6: options.csv.trims = true
      case 7:
        options.log.user = .address
        options.nullTexts = ["u", "-"]
        options.zone = FileZone(identifier: "Europe/Madrid")
      default: break
      }
      // Half of the logs are not refused for one odd line.
      if round % 2 == 0, let format = Self.formats[index] { options.log.format = try LogFormat(text: format) }
      do throws(FileFault) {
        let reader = try PageviewFileReader(path: seed.path, source: ArraySource(bytes), options: options)
        while let batch = try reader.next() { rows += batch.rows.rowCount }
        let summary = reader.summary
        let isBounded = reader.examined <= 40 * bytes.count + 4096
        let isCounted = summary.rows + summary.faultCount + summary.filtered <= bytes.count + 1
        if !isBounded || !isCounted { Issue.record("round \(round): \(bytes)") }
      } catch {
        if error.message.isEmpty || error.description.contains("\n") { Issue.record("round \(round): \(error)") }
      }
    }
    #expect(rows > 0)
  }

  @Test func `any text as a setting`() {
    var random = Random(99)
    let texts = [
      "%d/%m/%Y %H:%M", "%h - %e [%d:%t %^] \"%r\" %s %b", "a = 'x' and lower(b) not like '%y%'", "a.b[k=v].c+d|e",
      "~h{, } %x %r", "/a~1b/c",
    ]
    for _ in 0..<Self.count {
      let text = String(decoding: Self.mutated(texts.randomElement(using: &random) ?? "", &random), as: UTF8.self)
      _ = try? TimePattern(text: text)
      _ = try? LogFormat(text: text)
      _ = try? RowFilter(text: text)
      _ = try? SourceFilter(text: text)
      _ = JSONPath.meanings(text)
      #expect(!FieldExpression(text).alternatives.isEmpty)
    }
  }
}
