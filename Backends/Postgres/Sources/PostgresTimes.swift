internal import SessionPlan

/// Times of source columns as SQL expressions over `{a}`: `timestamp` in UTC, NULL for what is out of range.
///
/// The range is looked at before any arithmetic or cast: infinity, BC and the year 294276 are values here (trap T25).
/// A bound that is an untyped constant takes the column's type, so that dates of any year can be compared with it.
enum PostgresTimes {
  static let local = "CASE WHEN {a} >= '0001-01-02' AND {a} < '9999-12-31' THEN {a}::timestamp END"

  /// A day's room at both ends for the zone.
  private static func converted(_ utc: String) -> String {
    """
    CASE
      WHEN {a} >= '0001-01-01' AND {a} < '10000-01-01'
      THEN CASE WHEN \(utc) >= '0001-01-02' AND \(utc) < '9999-12-31' THEN \(utc) END
    END
    """
  }

  static let localWithOffset = converted("{a}::timestamp - INTERVAL '{offset_seconds} seconds'")

  static let localInZone = converted("({a}::timestamp AT TIME ZONE {zone} AT TIME ZONE 'UTC')")

  static let zoned =
    "CASE WHEN {a} >= '0001-01-02 00:00:00+00' AND {a} < '9999-12-31 00:00:00+00' THEN {a} AT TIME ZONE 'UTC' END"

  /// Whole seconds and the rest apart: an interval times a number goes through a float, which holds whole seconds
  /// exactly, but not microseconds since 1970.
  static func epoch(unitsPerSecond units: Int64) -> String {
    let microseconds = 1_000_000 / units
    let first = Timestamp.earliest.microseconds / microseconds
    let end = Timestamp.end.microseconds / microseconds
    let whole = units == 1 ? "{a}" : "({a} / \(units))"
    let rest = units == 1 ? "" : " + ({a} % \(units)) * INTERVAL '\(microseconds) microseconds'"
    return "CASE WHEN {a} >= (\(first)) AND {a} < \(end) "
      + "THEN TIMESTAMP '1970-01-01' + \(whole) * INTERVAL '1 second'\(rest) END"
  }
}
