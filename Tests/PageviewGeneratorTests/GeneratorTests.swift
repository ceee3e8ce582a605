import PageviewFiles
import PageviewGenerator
import SessionPlan
import Testing
import WarehouseDriver

struct Generated {
  var summary: GeneratorSummary
  /// In the order of arrival.
  var rows: [(event: BatchValue?, user: String, time: Int64, page: String)] = []
}

func generate(_ options: GeneratorOptions) throws -> Generated {
  var generator = try PageviewGenerator(options)
  var generated = Generated(summary: GeneratorSummary())
  while let batch = generator.next() {
    for row in 0..<batch.rowCount {
      guard case .text(let user) = batch.columns[1][row], case .timestamp(let time) = batch.columns[2][row],
        case .text(let page) = batch.columns[3][row]
      else {
        Issue.record("a NULL or another type in row \(row)")
        continue
      }
      generated.rows.append((batch.columns[0][row], user, time, page))
    }
  }
  generated.summary = generator.summary
  return generated
}

func csv(_ options: GeneratorOptions) throws -> [UInt8] {
  var generator = try PageviewGenerator(options)
  var bytes: [UInt8] = []
  try PageviewWriter.writeCSV(&generator) { bytes += $0 }
  return bytes
}

/// FNV-1a, to pin bytes without keeping them.
func checksum(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

@Suite struct GeneratorTests {
  /// However many there are to be, only some visits are under way at once.
  @Test func manyPageviewsTakeNoMoreMemory() throws {
    var generator = try PageviewGenerator(GeneratorOptions(events: 1_000_000_000_000))
    var latest = Int64.min
    for _ in 0..<5 {
      let next = generator.next()
      let batch = try #require(next)
      #expect(batch.rowCount > 0)
      if case .timestamp(let time)? = batch.columns[2][batch.rowCount - 1] { latest = max(latest, time) }
    }
    #expect(latest >= GeneratorOptions.standardStart.microseconds)
    #expect(generator.summary.events > 5)
  }

  @Test func `the same options give the same bytes, another seed gives others`() throws {
    let bytes = try csv(GeneratorOptions())
    #expect(try csv(GeneratorOptions()) == bytes)
    #expect(try csv(GeneratorOptions(seed: 2)) != bytes)
    let head = String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(4)
    #expect(
      head == [
        "event_id,user_id,page_view_at,page", "e000000001,user-000064,2026-01-05 02:49:31.658751,/cart",
        "e000000002,user-000063,2026-01-05 02:54:45.476049,/cart",
        "e000000003,user-000063,2026-01-05 02:58:49.925074,/",
      ])
    // Pinned, so that other platforms and later versions are known to make the same bytes.
    #expect(checksum(bytes) == 7_337_876_011_891_417_480)
  }

  @Test(arguments: [0, 1, 2, 4096, 4097, 30_000]) func `as many as are wanted, within the days, numbered by arrival`(
    events: Int
  ) throws {
    let options = GeneratorOptions(events: events, days: 2, eventIDType: .integer, seed: 7)
    let generated = try generate(options)
    #expect(generated.rows.map(\.event) == (0..<events).map { .int64(Int64($0 + 1)) })
    #expect(generated.summary.events == events)
    let range = options.start.microseconds..<options.start.microseconds + 2 * 86_400_000_000
    #expect(generated.rows.allSatisfy { range.contains($0.time) })
  }

  @Test(arguments: [1, 2, 3]) func `the shares are what was asked for`(seed: UInt64) throws {
    let events = 40_000
    let options = GeneratorOptions(
      events: events, days: 30, lateShare: 0.1, botShare: 0.2, sameSecondShare: 0.05, boundaryShare: 0.03, seed: seed)
    let generated = try generate(options)
    var times: [String: [Int64]] = [:]
    for row in generated.rows { times[row.user, default: []].append(row.time) }
    var sameSecond = 0
    var atBoundary = 0
    for list in times.values.map({ $0.sorted() }) {
      for (previous, next) in zip(list, list.dropFirst()) {
        if next / 1_000_000 == previous / 1_000_000 { sameSecond += 1 }
        if next - previous == options.gap.microseconds { atBoundary += 1 }
      }
    }
    var latest = Int64.min
    var late = 0
    for row in generated.rows {
      if row.time < latest { late += 1 }
      latest = max(latest, row.time)
    }
    #expect(late == generated.summary.late)
    #expect(generated.rows.count { $0.user.hasPrefix("bot-") } == generated.summary.byBots)
    func isNear(_ count: Int, _ share: Double, _ tolerance: Double) -> Bool {
      abs(Double(count) / Double(events) - share) < tolerance
    }
    #expect(isNear(late, 0.1, 0.01), "\(late) late")
    #expect(isNear(generated.summary.byBots, 0.2, 0.03), "\(generated.summary.byBots) by bots")
    #expect(isNear(atBoundary, 0.03, 0.005), "\(atBoundary) at the boundary")
    // Bots are quick: some of their pages fall into one second without being asked to.
    #expect(sameSecond >= generated.summary.sameSecond)
    #expect(isNear(generated.summary.sameSecond, 0.05, 0.005), "\(generated.summary.sameSecond) in the same second")
  }

  @Test func `no share is none of them`() throws {
    let generated = try generate(
      GeneratorOptions(events: 5000, lateShare: 0, botShare: 0, sameSecondShare: 0, boundaryShare: 0))
    #expect(
      generated.summary
        == {
          var none = GeneratorSummary()
          none.events = 5000
          return none
        }())
    #expect(generated.rows.map(\.time) == generated.rows.map(\.time).sorted())
  }

  @Test func `visits fill the days, and look like visits`() throws {
    let events = 20_000
    let options = GeneratorOptions(events: events, days: 10, botShare: 0)
    let generated = try generate(options)
    var perDay = [Int](repeating: 0, count: 10)
    var byUser: [String: [Int64]] = [:]
    for row in generated.rows {
      perDay[Int((row.time - options.start.microseconds) / 86_400_000_000)] += 1
      byUser[row.user, default: []].append(row.time)
    }
    #expect(perDay.allSatisfy { $0 > events / 30 && $0 < events / 4 }, "\(perDay)")
    var sessions = 0
    for list in byUser.values.map({ $0.sorted() }) {
      sessions += 1 + zip(list, list.dropFirst()).count { $1 - $0 >= options.gap.microseconds }
    }
    // Real traffic has 2.9 pageviews to a session.
    #expect(events / sessions >= 2 && events / sessions <= 4, "\(sessions) sessions")
    #expect(byUser.count > 1000)
    #expect(Set(generated.rows.map(\.page)).count > 100)
  }

  @Test(arguments: [
    GeneratorOptions(events: 3000, users: 1, days: 1), GeneratorOptions(events: 3000, users: 1, days: 36_500),
    GeneratorOptions(events: 3000, lateShare: 1), GeneratorOptions(events: 3000, botShare: 1),
    GeneratorOptions(events: 3000, sameSecondShare: 1, boundaryShare: 0),
    GeneratorOptions(events: 3000, sameSecondShare: 0, boundaryShare: 1),
    GeneratorOptions(events: 3000, start: .earliest), GeneratorOptions(events: 3000, users: 1_000_000, seed: .max),
    GeneratorOptions(events: 50_000, users: 3, days: 1, boundaryShare: 0.9),
  ]) func `extreme options`(options: GeneratorOptions) throws {
    let generated = try generate(options)
    #expect(generated.rows.count == options.events)
    let end = options.start.microseconds + Int64(options.days) * 86_400_000_000
    #expect(generated.rows.allSatisfy { $0.time >= options.start.microseconds && $0.time < end })
  }

  @Test(arguments: [
    (GeneratorOptions(events: -1), "events"), (GeneratorOptions(users: 0), "users"),
    (GeneratorOptions(days: 0), "days"),
    (GeneratorOptions(lateShare: 1.1), "late share"), (GeneratorOptions(botShare: .nan), "bot share"),
    (GeneratorOptions(sameSecondShare: 0.6, boundaryShare: 0.6), "over 1"), (GeneratorOptions(start: .end), "start"),
  ]) func `options that cannot be used are named`(options: GeneratorOptions, word: String) {
    #expect(options.problem?.contains(word) == true)
    #expect(throws: PageviewGenerator.BadOptions.self) { try PageviewGenerator(options) }
  }
}
