internal import SQLRendering
internal import SessionPlan
internal import SessionRunner

/// Sources whose times are of another zone than UTC.
struct ZoneChecks {
  let work: KitWork

  func carryOut() async throws {
    try await work.check(
      "zones/fixed-offset", "Times of a source that is two hours ahead of UTC are converted.", proves: ["T04"]
    ) {
      try await check(zone: "+02:00", Self.fixed)
      return nil
    }
    try await work.check(
      "zones/named",
      "Times of a source in Madrid are converted, and a pause over a change of clocks is as long as it was.",
      proves: ["named_time_zones", "T04"], needs: [.namedTimeZones]
    ) {
      try await check(zone: "Europe/Madrid", Self.named)
      return nil
    }
  }

  /// Local time, and the same moment in UTC.
  private typealias Moments = [(local: String, utc: String)]

  private static let fixed: Moments = [
    ("2025-06-01 10:00:00.5", "2025-06-01 08:00:00.5"), ("1969-12-31 23:59:59.999999", "1969-12-31 21:59:59.999999"),
  ]
  private static let named: Moments = [
    ("2025-06-01 10:00:00.5", "2025-06-01 08:00:00.5"), ("2025-01-01 10:00:00", "2025-01-01 09:00:00"),
    // Two minutes apart.
    ("2026-03-29 01:59:00", "2026-03-29 00:59:00"), ("2026-03-29 03:01:00", "2026-03-29 01:01:00"),
  ]

  private func check(zone: String, _ moments: Moments) async throws {
    let player = SQLPlayer(KitEngine(work)) { $0.source.timeZone = zone }
    let job = HistoryJob()
    func rows(_ text: ((local: String, utc: String)) -> String) -> [SourceRow] {
      moments.enumerated().map { index, pair in
        SourceRow(
          id: .text(ByteKey("z\(index)")), user: "u",
          time: .at(Timestamp(text: text(pair))?.microseconds ?? .min), page: "/")
      }
    }
    try await player.reset(job)
    try await player.insert(rows(\.local))
    _ = try await player.run(.whole)
    var model = LedgerModel(job: job)
    model.insert(rows(\.utc))
    model.run(.whole, id: 1)
    let expected = model.sessions().eventsCSV
    let found = try await player.exportEvents(asOf: nil)
    await player.close()
    try require(found == expected, LineDifference.text(expected: expected, actual: found))
  }
}
