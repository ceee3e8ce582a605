/// The intent nodes whose SQL differs between engines, and the placeholders that the template of each may use.
public enum Intent: String, Sendable, CaseIterable {
  /// `{a}`, `{op}`, `{b}`: two texts by their bytes (traps T05, T06)
  case compareBytes = "compare_bytes"
  /// `{a}`, `{b}`: equal, or both NULL
  case isSame = "is_same"
  /// The same by the bytes of texts
  case isSameBytes = "is_same_bytes"
  /// `{previous}`, `{current}`, `{op}` (`>=` or `>`), `{microseconds}` (trap T02). The same span in other forms, for
  /// `shift` too: `{seconds}` (whole) and `{fraction}` (the microseconds beside them), `{decimal_seconds}`
  /// (`-1800.000000`); and for interval constants `{sign}` (`-` or nothing), `{days}`, `{clock}` (`00:30:00.000000`).
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
  /// `{a}`: a timestamp as a value of the type that `source_zoned_time` reads
  case zoned
  case serverNow = "server_now"
  /// `{a}`, ISO-8601 text, and `{offset_seconds}` east of UTC of values without zone
  case sourceTextTime = "source_text_time"
  /// The same where the zone is UTC; may be faster.
  case sourceTextTimeUTC = "source_text_time_utc"
  /// The same with the name of a zone, `{zone}`
  case sourceTextTimeZone = "source_text_time_zone"
  /// `{a}`, of a type without zone, and `{offset_seconds}` east of UTC
  case sourceLocalTime = "source_local_time"
  /// The same where the zone is UTC; may be faster.
  case sourceLocalTimeUTC = "source_local_time_utc"
  /// The same with the name of a zone, `{zone}`
  case sourceLocalTimeZone = "source_local_time_zone"
  /// `{a}`, of a type that holds the moment itself
  case sourceZonedTime = "source_zoned_time"
  /// `{a}`, an integer; likewise the next two
  case sourceEpochSeconds = "source_epoch_s"
  case sourceEpochMilliseconds = "source_epoch_ms"
  case sourceEpochMicroseconds = "source_epoch_us"
  /// `{a}`: whether a text that is no sessionizable time is one outside the range
  case isTextTimeOutOfRange = "is_text_time_out_of_range"
  /// `{a}`: the same for a value of a type of times
  case isTypedTimeOutOfRange = "is_typed_time_out_of_range"
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
  /// `{a}`: a source column of truth values as 1 or 0
  case sourceFlag = "source_flag"
}
