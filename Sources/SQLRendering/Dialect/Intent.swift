/// The intent nodes whose SQL differs between engines, and the placeholders that the template of each may use.
public enum Intent: String, Sendable, CaseIterable {
  /// `{a}`, `{op}`, `{b}`: two texts by their bytes (traps T05, T06)
  case compareBytes = "compare_bytes"
  /// `{a}`, `{b}`: equal, or both NULL
  case isSame = "is_same"
  /// The same by the bytes of texts
  case isSameBytes = "is_same_bytes"
  /// `{previous}`, `{current}`, `{op}` (`>=` or `>`), `{microseconds}` (trap T02)
  case gapExceeds = "gap_exceeds"
  /// `{a}`: a timestamp in its arithmetic form
  case instant
  /// `{a}`: an instant in its stored form
  case timestamp
  /// `{a}`, `{microseconds}` (a whole number, may be negative)
  case shift
  /// `{from}`, `{to}`: timestamps
  case durationMicroseconds = "duration_microseconds"
  /// `{a}`: `YYYY-MM-DD` of a timestamp
  case day
  case serverNow = "server_now"
  /// `{a}`, and `{offset_seconds}` or `{zone}` of values without zone
  case sourceTimestamp = "source_timestamp"
  /// The same where the zone is UTC; may be faster.
  case sourceTimestampUTC = "source_timestamp_utc"
  /// The same with the name of a zone, `{zone}`
  case sourceTimestampZone = "source_timestamp_zone"
  /// `{a}`, an integer; likewise the next two
  case sourceEpochSeconds = "source_epoch_s"
  case sourceEpochMilliseconds = "source_epoch_ms"
  case sourceEpochMicroseconds = "source_epoch_us"
  /// `{a}`: whether a value that is no sessionizable timestamp is one outside the range
  case isOutOfRange = "is_out_of_range"
  /// `{a}`: the same for a number since 1970
  case isEpochOutOfRange = "is_epoch_out_of_range"
  /// `{a}`, `{b}`: the whole part of a ÷ b, neither negative
  case divide
  /// `{a}`: microseconds as seconds
  case seconds
  /// `{a}`, `{b}`: two texts, one after the other (trap T13)
  case concatenate
  /// `{a}`: length in bytes
  case byteLength = "byte_length"
  /// `{a}`: SHA-256 in lower-case hex
  case sha256
  /// `{a}`: an integer as text
  case decimalText = "decimal_text"
  /// `{a}`: a timestamp as `YYYY-MM-DD HH:MM:SS.ffffff`
  case timestampText = "timestamp_text"
  /// `{a}`: a source column as text
  case sourceText = "source_text"
  /// `{a}`: a source column as a 64-bit integer, NULL where it is none
  case sourceInteger = "source_integer"
}
