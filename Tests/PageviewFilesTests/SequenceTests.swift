import SessionPlan
import Testing

@testable import PageviewFiles

@Suite struct SequenceTests {
  private func log(_ seconds: [Int], user: String = "192.0.2.1") -> String {
    seconds.map { second in
      let time = "01/Mar/2026:10:00:" + (second < 10 ? "0\(second)" : "\(second)")
      return "\(user) - - [\(time) +0000] \"GET /\(second) HTTP/1.1\" 200 1 \"-\" \"UA\"\n"
    }.joined()
  }

  @Test func `an access log's rows are numbered by user and time`() throws {
    let text = log([1, 1, 2, 1]) + log([1, 2], user: "192.0.2.2") + log([2])
    let loaded = try load(text, path: "access.log")
    #expect(loaded.rows.map(\.sequence) == [1, 2, 1, 3, 1, 1, 2])
  }

  @Test func `other files only on request`() throws {
    let text = "user_id,page_view_at,page\nu,2026-01-01,/b\nu,2026-01-01,/a\nv,2026-01-01,/a\n"
    #expect(try load(text).rows.map(\.sequence) == [nil, nil, nil])
    var options = LoadOptions()
    options.sequence = true
    #expect(try load(text, options).rows.map(\.sequence) == [1, 2, 1])
    options.sequence = false
    #expect(try load(log([1, 1]), path: "access.log", options).rows.map(\.sequence) == [nil, nil])
  }

  @Test func `rows that are left out or faulty are not counted`() throws {
    let bad = "192.0.2.1 - - [01/Mar/2026:10:00:01 +0000] \"GET /x.png HTTP/1.1\" 200 1 \"-\" \"UA\"\n"
    #expect(try load(log([1]) + bad + log([1]), path: "access.log").rows.map(\.sequence) == [1, 2])
  }

  /// However small the table is, and however the times jump, the order by number is the order of the file.
  @Test func `the order of the file holds with a table of any size`() {
    for seed in 1...50 {
      var random = Random(seed)
      for limit in [2, 5, 40, 100_000] {
        var counter = SequenceCounter(limit: limit)
        var last: [[UInt8]: Int64] = [:]
        for line in 1...400 {
          let user = [UInt8.random(in: 97...100, using: &random)]
          let time = Int64(line / 20) + Int64.random(in: -8...8, using: &random)
          let number = user.withUnsafeBufferPointer { counter.next(user: $0, at: time, line: line) }
          let key = user + Array("\(time)".utf8)
          #expect(number > last[key] ?? 0, "seed \(seed), limit \(limit), line \(line)")
          #expect(number <= Int64(line))
          if limit > 400 { #expect(number == (last[key] ?? 0) + 1) }
          last[key] = number
        }
      }
    }
  }
}
