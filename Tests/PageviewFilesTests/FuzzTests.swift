import Foundation
import SessionPlan
import TestNeeds
import Testing

@testable import PageviewFiles

/// Whatever the bytes are, a reader ends: with rows and faults, or with a fault of the file, in bounded work.
///
/// `SESSIONIZER_FUZZ=1000000` sets how many inputs each reader gets, `SESSIONIZER_SEED` where they begin, and
/// `SESSIONIZER_FUZZ_READERS=csv,SQUID` which readers get some. What is printed are the inputs, the seconds, the input
/// that took longest, and with `SESSIONIZER_FUZZ` the most memory that the process took meanwhile.
@Suite(.serialized) struct FuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let asked = environment["SESSIONIZER_FUZZ"].flatMap { Int($0) }
  private static let count = asked ?? 1200
  private static let first = environment["SESSIONIZER_SEED"].flatMap { Int($0) } ?? 0

  private static let seeds = FuzzSeed.all.filter { seed in
    environment["SESSIONIZER_FUZZ_READERS"].map { $0.split(separator: ",").contains { $0 == seed.name } } ?? true
  }

  private static let pieces =
    [
      "\"", "\\", "\n", "\r", ",", ";", "{", "}", "[", "]", ":", " ", "-", "\0", "\u{FEFF}", "%", "+", "é", "#Fields:",
      "\"\"", "\\u", "9999999999999999999", "null", "\t", "|", "::", "<1>1 ", "stderr", "\\x0", "/", "~", "'", "(",
      "1e9",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD]]

  static func mutated(_ text: [UInt8], _ random: inout Random) -> [UInt8] {
    var bytes = text
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

  /// What nobody changed is read, so that the inputs begin at something that a reader knows.
  @Test(arguments: FuzzSeed.all) func `a seed is read`(seed: FuzzSeed) throws {
    for format in Set([nil, seed.format]) {
      var options = LoadOptions()
      if seed.isPacked {
        var random = Random(1)
        seed.draw(&options, &random)
      }
      options.log.format = try format.map { try LogFormat(text: $0) }
      #expect(try load(seed.bytes, path: seed.path, options).rows.isEmpty == false)
    }
  }

  private static func options(_ seed: FuzzSeed, _ round: Int, _ random: inout Random) throws -> LoadOptions {
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
    if round % 2 == 0, let format = seed.format { options.log.format = try LogFormat(text: format) }
    seed.draw(&options, &random)
    return options
  }

  @Test(arguments: seeds) func `any bytes`(seed: FuzzSeed) throws {
    let index = FuzzSeed.all.firstIndex { $0.name == seed.name } ?? 0
    ProcessMemory.forgetPeak()
    let start = processorSeconds()
    var longest = 0.0
    var rows = 0
    for round in 0..<Self.count {
      // Each input has a seed of its own, so that it can be made again.
      var random = Random((Self.first + round) * 100 + index + 1)
      let times = seed.path == "a.csv" ? 1 : 1 + round % 3
      let bytes = Self.mutated(Array(repeatElement(seed.bytes, count: times).joined()), &random)
      let options = try Self.options(seed, round, &random)
      let began = processorSeconds()
      do throws(FileFault) {
        let reader = try PageviewFileReader(path: seed.path, source: ArraySource(bytes), options: options)
        while let batch = try reader.next() { rows += batch.rows.rowCount }
        let summary = reader.summary
        let isBounded = seed.isPacked || reader.examined <= 40 * bytes.count + 4096
        let isCounted = seed.isPacked || summary.rows + summary.faultCount + summary.filtered <= bytes.count + 1
        if !isBounded || !isCounted { Issue.record("round \(round): \(bytes)") }
      } catch {
        if error.message.isEmpty || error.description.contains("\n") { Issue.record("round \(round): \(error)") }
      }
      let took = processorSeconds() - began
      longest = max(longest, took)
      if took > 1 { Issue.record("round \(round) took \(took) s: \(bytes)") }
    }
    let seconds = Int(processorSeconds() - start)
    let peak = ProcessMemory.peak.map { $0 >> 20 }
    print(
      "fuzz: \(seed.name), \(Self.count) inputs from SESSIONIZER_SEED=\(Self.first), \(rows) rows, \(seconds) s, "
        + "longest \(Int(longest * 1000)) ms, memory \(peak.map { "\($0) MB" } ?? "unknown")")
    // Other suites take memory of the same process; who asks for a count runs this one alone.
    if Self.asked != nil, let peak { #expect(peak < 300) }
  }

  @Test func `any text as a setting`() {
    var random = Random(99)
    let texts = [
      "%d/%m/%Y %H:%M", "%h - %e [%d:%t %^] \"%r\" %s %b", "a = 'x' and lower(b) not like '%y%'", "a.b[k=v].c+d|e",
      "~h{, } %x %r", "/a~1b/c",
    ]
    for _ in 0..<Self.count {
      let text = String(
        decoding: Self.mutated(Array((texts.randomElement(using: &random) ?? "").utf8), &random), as: UTF8.self)
      _ = try? TimePattern(text: text)
      _ = try? LogFormat(text: text)
      _ = try? RowFilter(text: text)
      _ = try? SourceFilter(text: text)
      _ = JSONPath.meanings(text)
      #expect(!FieldExpression(text).alternatives.isEmpty)
    }
  }
}
