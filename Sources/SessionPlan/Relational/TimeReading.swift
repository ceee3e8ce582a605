/// How a source column tells a moment.
public enum TimeReading: Hashable, Sendable {
  /// ISO-8601 text; values without a zone are in the given one.
  case text(zone: String)
  /// A type without zone, or a date, which is its midnight: values are in the given zone.
  case local(zone: String)
  /// A type that holds the moment itself, such as `timestamp with time zone`.
  case zoned
  /// Whole seconds since 1970; likewise the next two.
  case epochSeconds
  case epochMilliseconds
  case epochMicroseconds
}
