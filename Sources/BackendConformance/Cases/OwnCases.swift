internal import SessionPlan

/// A history with a name, and the number of sessions that people counted by hand.
public struct ConformanceCase: Hashable, Sendable {
  public var name: String
  public var history: History
  public var sessions: Int
  /// Rows of the quarantine ledger.
  public var quarantined: Int

  public init(name: String, history: History, sessions: Int, quarantined: Int = 0) {
    self.name = name
    self.history = history
    self.sessions = sessions
    self.quarantined = quarantined
  }
}

extension ConformanceCase: CustomStringConvertible {
  public var description: String { name }
}

extension ConformanceCase {
  /// The project's own cases: data written by hand, small enough to be read.
  public static var own: [ConformanceCase] {
    [
      fiveRows, nineRows(.new, sessions: 9), nineRows(.same, sessions: 8), similarUsers, oneMicrosecond, empty, single,
      emptyWindow, longKeys, endsOfTime, faults, differingCopies, realDuplicates, bridging, extendedBackwards,
    ] + boundaries
  }

  /// Microseconds since 1970 of a moment that people can read; a wrong text is out of range, and no case expects that.
  static func moment(_ text: String) -> Int64 { Timestamp(text: text)?.microseconds ?? .min }

  static func row(_ id: String, _ user: ByteKey?, _ time: String, _ page: ByteKey? = "/") -> SourceRow {
    SourceRow(id: .text(ByteKey(id)), user: user, time: .at(moment(time)), page: page)
  }

  static func whole(
    _ name: String, _ rows: [SourceRow], job: HistoryJob = HistoryJob(), sessions: Int, quarantined: Int = 0
  ) -> ConformanceCase {
    ConformanceCase(
      name: name, history: History(job: job, steps: [.insert(rows), .run(.whole), .run(.whole)]), sessions: sessions,
      quarantined: quarantined)
  }

  /// Two users with two pages each, one of them at one moment, and one with one.
  static var fiveRows: ConformanceCase {
    whole(
      "five rows of 2020-02-02",
      [
        row("1", "123", "2020-02-02 12:55:16", "/contact"), row("2", "123", "2020-02-02 12:55:18", "/home"),
        row("3", "456", "2020-02-02 12:55:18", "/product/1"), row("4", "456", "2020-02-02 12:55:18", "/product/2"),
        row("5", "789", "2020-02-02 12:55:18", "/product/4"),
      ], sessions: 3)
  }

  /// Distances of exactly the gap, and a microsecond on either side of it across a whole second.
  static func nineRows(_ boundary: GapBoundary, sessions: Int) -> ConformanceCase {
    whole(
      "nine rows on the boundary, \(boundary)",
      [
        row("a1", "exact", "2025-06-01 08:00:00"), row("a2", "exact", "2025-06-01 08:30:00"),
        row("b1", "over", "2025-06-01 08:00:00.000001"), row("b2", "over", "2025-06-01 08:30:00.999999"),
        row("c1", "just over", "2025-06-01 08:00:00.999999"), row("c2", "just over", "2025-06-01 08:30:01"),
        row("d1", "Ann", "2025-06-01 09:00:00"), row("d2", "ann", "2025-06-01 09:10:00"),
        row("d3", "ann ", "2025-06-01 09:20:00"),
      ], job: HistoryJob(boundary: boundary), sessions: sessions)
  }

  /// Seven users whom a collation, a canonical comparison or UTF-16 would take for fewer.
  static var similarUsers: ConformanceCase {
    let users: [ByteKey] = [
      "Bob", "bob", "bob ", ByteKey(HistoryPalette.composed), ByteKey(HistoryPalette.decomposed), "\u{1F642}",
      "\u{1F643}",
    ]
    return whole(
      "seven users",
      users.enumerated().map { row("e\($0.offset)", $0.element, "2025-06-01 08:00:0\($0.offset)") }, sessions: 7)
  }

  static var oneMicrosecond: ConformanceCase {
    var random = SplitMix64(seed: 1)
    var rows = (0..<1000).map { row("e\($0)", "u", "2025-06-01 08:00:00.000001") }
    random.shuffle(&rows)
    return whole("1,000 pageviews in one microsecond", rows, sessions: 1)
  }

  static var empty: ConformanceCase { whole("an empty source", [], sessions: 0) }

  static var single: ConformanceCase { whole("a single row", [row("e", "u", "2025-06-01 08:00:00")], sessions: 1) }

  static var emptyWindow: ConformanceCase {
    let window = RunMode.window(from: moment("2025-06-02"), to: moment("2025-06-03"))
    let rows = [row("e", "u", "2025-06-01 08:00:00"), row("f", "u", "2025-06-03 00:00:00")]
    return ConformanceCase(
      name: "a window with no rows",
      history: History(job: HistoryJob(), steps: [.insert(rows), .run(window)]), sessions: 0)
  }

  /// Before and after the gap's end, in several eras.
  static var boundaries: [ConformanceCase] {
    let eras = [
      "0001-01-02 00:00:00", "1883-11-18 12:03:57.5", "1969-12-31 23:45:00.000001", "2026-03-29 00:45:00",
      "2026-10-25 00:45:00.999999", "9999-12-30 23:29:59.999998",
    ]
    return eras.flatMap { era in
      GapBoundary.allCases.flatMap { boundary in
        (-1...1).map { (offset: Int64) in
          let start = moment(era)
          let rows = [0, Gap.standard.microseconds + offset].enumerated().map { index, distance in
            SourceRow(id: .text(ByteKey("e\(index)")), user: "u", time: .at(start + distance), page: "/")
          }
          let isOne = offset < 0 || (offset == 0 && boundary == .same)
          return whole(
            "gap \(offset) µs at \(era), \(boundary)", rows, job: HistoryJob(boundary: boundary),
            sessions: isOne ? 1 : 2)
        }
      }
    }
  }
}
