import MariaDBServer
import SessionPlan
import SessionRunner
import TestNeeds
import Testing
import WarehouseDriver

/// Times as MariaDB's columns hold them, on a server in New York.
@Suite(.fewAtOnce, .needs(Engine.mariadb.absence)) struct MariaDBTimeTests {
  /// Each value is one of the type, in a session of the given zone, and what it means; nil goes to quarantine with the
  /// reason.
  static let columns: [(type: String, zone: String, values: [(text: String, moment: Int64?, reason: String?)])] = [
    (
      "datetime(6)", "UTC",
      [
        ("0001-01-01 23:59:59.999999", nil, "time_out_of_range"), ("0001-01-02", -62_135_510_400_000_000, nil),
        ("1969-12-31 23:59:59.999999", -1, nil), ("9999-12-30 23:59:59.999999", 253_402_214_399_999_999, nil),
        ("9999-12-31", nil, "time_out_of_range"), ("2025-03-09 02:30:00", 1_741_487_400_000_000, nil),
        // No days at all, which a server with a loose mode lets in.
        ("0000-00-00", nil, "bad_time"), ("2020-00-15", nil, "bad_time"), ("2020-05-00", nil, "bad_time"),
        ("2020-02-31", nil, "bad_time"), ("0000-05-05", nil, "time_out_of_range"),
      ]
    ),
    (
      "datetime", "+02:00",
      [
        ("1970-01-01 02:00:00", 0, nil), ("0001-01-02 01:59:59", nil, "time_out_of_range"),
        ("0001-01-02 02:00:00", -62_135_510_400_000_000, nil), ("2020-00-15", nil, "bad_time"),
        ("9999-12-30 23:59:59", 253_402_207_199_000_000, nil),
      ]
    ),
    ("date", "UTC", [("2025-03-09", 1_741_478_400_000_000, nil), ("0000-00-00", nil, "bad_time")]),
    // Written in UTC; the server's own zone, with its two hours of a night in November, changes nothing.
    (
      "timestamp(6) NULL", "UTC",
      [
        ("2025-11-02 05:30:00.000001", 1_762_061_400_000_001, nil), ("2025-11-02 06:30:00", 1_762_065_000_000_000, nil),
        ("1970-01-01 00:00:01", 1_000_000, nil), ("0000-00-00", nil, "bad_time"),
      ]
    ),
  ]

  @Test(arguments: columns.indices) func columnsHoldMoments(index: Int) async throws {
    let (type, zone, values) = Self.columns[index]
    let place = try await Place.make(on: .mariadb)
    let rows = values.enumerated().map { "(\($0.offset), 'u', '\($0.element.text)')" }.joined(separator: ",")
    _ = try await #require(place.mariadb).query(
      """
      SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00';
      CREATE TABLE visits (event_id bigint, user_id text, seen \(type)); INSERT INTO visits VALUES \(rows)
      """, database: place.database)
    var source = PageviewSource(table: ObjectName("visits"), pageViewAt: "seen", timeZone: zone)
    source.page = nil
    let context = try await place.context(SessionJob(source: source))
    try await context.create()
    _ = try await context.run()
    let kept = try await context.connection.textRows("SELECT event_id, page_view_at FROM session_table")
    let rejected = try await context.connection.textRows("SELECT event_id, reason FROM session_quarantine")
    for (row, value) in values.enumerated() {
      let found = kept.first { $0[0] == String(row) }?[1]
      #expect(found == value.moment.map { Timestamp(microseconds: $0).description }, "\(type) '\(value.text)'")
      #expect(rejected.first { $0[0] == String(row) }?[1] == value.reason, "\(type) '\(value.text)'")
    }
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    await context.connection.close()
  }
}
