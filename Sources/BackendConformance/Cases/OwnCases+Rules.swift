internal import SessionPlan

/// Cases of bad rows, copies, missing ids and late pageviews.
extension ConformanceCase {
  /// Random bytes, since repeated ones compress in an index.
  static var longKeys: ConformanceCase {
    var random = SplitMix64(seed: 7)
    let longest = HistoryPalette.longKey(1024, &random)
    let tooLong = HistoryPalette.longKey(1025, &random)
    let time = SourceTime.at(moment("2025-06-01 08:00:00"))
    return whole(
      "keys of 1,024 and 1,025 bytes",
      [
        SourceRow(id: .text("a"), user: longest, time: time, page: "/"),
        SourceRow(id: .text(longest), user: "u", time: time, page: "/"),
        SourceRow(id: .text("b"), user: tooLong, time: time, page: "/"),
        SourceRow(id: .text(tooLong), user: "u", time: time, page: "/"),
      ], sessions: 2, quarantined: 2)
  }

  static var endsOfTime: ConformanceCase {
    let inside = [row("a", "u", "0001-01-02 00:00:00"), row("b", "u", "9999-12-30 23:59:59.999999")]
    let outside = [row("c", "u", "0001-01-01 23:59:59.999999"), row("d", "u", "9999-12-31 00:00:00")]
    return whole(
      "both ends of time", inside + outside, job: HistoryJob(gap: Gap(text: "24h") ?? .standard), sessions: 2,
      quarantined: 2)
  }

  /// One row for each fault that any engine can hold, and a row with two of them.
  static var faults: ConformanceCase {
    let time = SourceTime.at(moment("2025-06-01 08:00:00"))
    return whole(
      "NULL and empty keys",
      [
        SourceRow(id: .null, user: "u", time: time, page: "/"),
        SourceRow(id: .text(""), user: "u", time: time, page: "/"),
        SourceRow(id: .text("a"), user: nil, time: time, page: "/"),
        SourceRow(id: .text("b"), user: "", time: time, page: nil),
        SourceRow(id: .text("c"), user: "u", time: .null, page: ""),
        SourceRow(id: .null, user: nil, time: .null, page: nil),
        SourceRow(id: .text("d"), user: "u", time: time, page: nil),
        SourceRow(id: .text("e"), user: "u", time: time, page: ""),
      ], sessions: 1, quarantined: 5)
  }

  /// Of copies that differ the first counts, NULL before empty; equal ones are one pageview.
  static var differingCopies: ConformanceCase {
    whole(
      "copies of one id",
      [
        row("a", "u", "2025-06-01 08:00:00", ""), row("a", "u", "2025-06-01 08:00:00", nil),
        row("a", "u", "2025-06-01 08:00:00", nil), row("b", "v", "2025-06-01 09:00:00"),
        row("b", "v", "2025-06-01 08:59:59"), row("b", "V", "2025-06-01 09:00:00"),
      ], sessions: 2, quarantined: 3)
  }

  /// No event id, users that are integers, real duplicates, and one more of them late.
  static var realDuplicates: ConformanceCase {
    let job = HistoryJob(hasEventID: false, hasIntegerUsers: true, arrival: .init(kind: .id, overlap: 0))
    func view(_ user: ByteKey, _ time: String, arrival: Int64) -> SourceRow {
      SourceRow(id: .null, user: user, time: .at(moment(time)), page: "/", arrival: arrival)
    }
    let first = [
      view("1", "2025-06-01 08:00:00", arrival: 1), view("1", "2025-06-01 08:00:00", arrival: 2),
      view("10", "2025-06-01 08:00:00", arrival: 3), view("2", "2025-06-01 09:00:00", arrival: 4),
    ]
    let late = [view("1", "2025-06-01 08:00:00", arrival: 5), view("2", "2025-06-01 08:40:00", arrival: 6)]
    return ConformanceCase(
      name: "a source without ids",
      history: History(
        job: job, steps: [.insert(first), .run(.new), .insert(late), .run(.new), .run(.new), .run(.whole)]),
      sessions: 3)
  }

  /// Three sessions become one by two late pageviews, and then get an earlier start.
  static var bridging: ConformanceCase {
    let first = [
      row("a", "u", "2025-06-01 08:00:00"), row("b", "u", "2025-06-01 08:40:00"), row("c", "u", "2025-06-01 09:20:00"),
    ]
    let late = [row("d", "u", "2025-06-01 08:20:00"), row("e", "u", "2025-06-01 09:00:00")]
    return ConformanceCase(
      name: "three sessions bridged",
      history: History(
        job: HistoryJob(),
        steps: [
          .insert(first), .run(.whole), .insert(late), .run(.whole), .insert([row("z", "u", "2025-06-01 07:45:00")]),
          .run(.whole),
        ]), sessions: 1)
  }

  /// Each run brings the pageview before all others.
  static var extendedBackwards: ConformanceCase {
    let steps = (0..<6).flatMap { index -> [HistoryStep] in
      [.insert([row("e\(index)", "u", "2025-06-01 08:\(60 - (index + 1) * 8):00")]), .run(.whole)]
    }
    return ConformanceCase(
      name: "a session extended backwards five times", history: History(job: HistoryJob(), steps: steps), sessions: 1)
  }
}
