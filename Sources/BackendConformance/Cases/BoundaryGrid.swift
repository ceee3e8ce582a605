internal import SessionPlan

/// A microsecond before the gap's end, at it and after it, in several eras and under both rules: by adding, since this is
/// what functions for differences get wrong (trap T02).
enum BoundaryGrid {
  static let eras: [(name: String, start: String)] = [
    ("first-day", "0001-01-02 00:00:00"), ("local-mean-time", "1883-11-18 12:03:57.5"),
    ("before-1970", "1969-12-31 23:45:00.000001"), ("spring", "2026-03-29 00:45:00"),
    ("autumn-fraction", "2026-10-25 00:45:00.999999"), ("last-day", "9999-12-30 23:29:59.999998"),
  ]

  static let cases: [ConformanceCase] = eras.flatMap { era in
    GapBoundary.allCases.map { boundary in
      let start = Timestamp(text: era.start)?.microseconds ?? .min
      var rows: [SourceRow] = []
      var sessions: [SessionRecord] = []
      for (offset, word) in [(Int64(-1), "gap-1us"), (0, "gap"), (1, "gap+1us")] {
        let user = ByteKey("grid \(era.name) \(word)")
        let times = [start, start + Gap.standard.microseconds + offset]
        let ids = ["a", "b"].map { EventID.text(ByteKey("grid \(era.name) \(word) \($0)")) }
        for (id, time) in zip(ids, times) {
          rows.append(SourceRow(id: .text(ByteKey(id.description)), user: user, time: .at(time), page: "/"))
        }
        let isOne = offset < 0 || (offset == 0 && boundary == .same)
        let starts = isOne ? [(0, 1)] : [(0, 0), (1, 1)]
        sessions += starts.map { first, last in
          SessionRecord(
            id: ids[first], user: user, startedAt: times[first], endedAt: times[last], pageviews: last - first + 1,
            entryPage: "/", exitPage: "/")
        }
      }
      return ConformanceCase(
        id: "boundary/\(era.name)-\(boundary.rawValue)",
        meaning: "A microsecond before the gap's end, at it and after it, from \(era.start)"
          + (boundary == .same ? ", where a pageview at the gap continues." : "."),
        traps: ["T02", "T03", "T25"],
        history: History(job: HistoryJob(boundary: boundary), steps: [.insert(rows), .run(.whole)]), sessions: sessions)
    }
  }
}
