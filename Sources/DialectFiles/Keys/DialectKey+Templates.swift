internal import SQLRendering

extension DialectKey {
  static let templateKeys: [DialectKey] = Intent.allCases.map { intent in
    let (placeholders, meaning, example) = intent.form
    return DialectKey(
      path: "templates.\(intent.rawValue)", kind: .template(placeholders), isOptional: true, meaning: meaning,
      standard: KeyValue.none, example: .text(example),
      get: { $0.templates[intent].map(KeyValue.text) ?? .none },
      set: { $0.templates[intent] = $1.text })
  }
}

extension Intent {
  /// The placeholders of its template, what it means, and how some engine writes it.
  fileprivate var form: (Placeholders, String, String) {
    switch self {
    case .compareBytes: ("a op b", "Compares two texts by their bytes (traps T05, T06).", "{a} {op} {b}")
    case .isSame: ("a b", "Equal, or both NULL.", "{a} IS NOT DISTINCT FROM {b}")
    case .isSameBytes: ("a b", "The same by the bytes of texts.", "{a} IS NOT DISTINCT FROM {b}")
    case .gapExceeds:
      (
        "previous current op microseconds|amount|seconds|decimal_seconds|clock unit? units? fraction? sign? days?",
        "Whether the gap is over: it is added to the earlier time, never a difference compared (trap T02). The gap "
          + "in other forms: {amount} with {unit} (MINUTE) or {units} (minutes), the largest that gives a whole number, "
          + "{seconds} with {fraction} in microseconds, {decimal_seconds}, {sign} {days} {clock}.",
        "{current} {op} {previous} + INTERVAL '{microseconds}' MICROSECOND"
      )
    case .instant: ("a", "A stored time in its arithmetic form.", "{a}")
    case .timestamp: ("a", "A time of arithmetic form in its stored form.", "{a}")
    case .shift:
      (
        "a microseconds|amount|seconds|decimal_seconds|clock unit? units? fraction? sign? days?",
        "A time so much later; earlier if negative. In other forms, as in gap_exceeds.",
        "{a} + INTERVAL '{microseconds}' MICROSECOND"
      )
    case .durationMicroseconds:
      ("from to", "Microseconds between two stored times, exact.", "timestampdiff(MICROSECOND, {from}, {to})")
    case .day: ("a", "YYYY-MM-DD of a time, as text.", "to_char({a}, 'YYYY-MM-DD')")
    case .zoned: ("a", "A time in the form that source_zoned_time reads.", "{a} AT TIME ZONE 'UTC'")
    case .serverNow: ("", "The server's clock in UTC.", "CURRENT_TIMESTAMP(6)")
    case .sourceTextTime:
      (
        "a offset_seconds?",
        "A time of ISO-8601 text, NULL for what is none or out of range; texts without zone are so far east of UTC.",
        "parse_time({a}, {offset_seconds})"
      )
    case .sourceTextTimeUTC:
      ("a offset_seconds?", "The same where texts without zone are UTC; may be faster.", "parse_time({a})")
    case .sourceTextTimeZone:
      ("a zone", "The same where texts without zone are in the zone, a text constant.", "parse_time({a}, {zone})")
    case .sourceLocalTime:
      (
        "a offset_seconds", "A time of a type without zone, so far east of UTC, NULL for what is out of range.",
        "CASE WHEN {a} >= '0001-01-02' THEN {a} - INTERVAL '{offset_seconds}' SECOND END"
      )
    case .sourceLocalTimeUTC:
      (
        "a offset_seconds?", "The same where it is UTC; may be faster.",
        "CASE WHEN {a} >= '0001-01-02' AND {a} < '9999-12-31' THEN {a} END"
      )
    case .sourceLocalTimeZone:
      ("a zone", "The same in a zone, a text constant.", "{a} AT TIME ZONE {zone} AT TIME ZONE 'UTC'")
    case .sourceZonedTime: ("a", "A time of a type that holds the moment itself, in UTC.", "{a} AT TIME ZONE 'UTC'")
    case .sourceEpochSeconds: ("a", "A time of whole seconds since 1970.", "from_unixtime({a})")
    case .sourceEpochMilliseconds: ("a", "The same of milliseconds.", "from_unixtime({a} / 1000)")
    case .sourceEpochMicroseconds: ("a", "The same of microseconds.", "from_unixtime({a} / 1000000)")
    case .isTextTimeOutOfRange:
      ("a?", "Whether a text that is no sessionizable time is one outside the range.", "{a} LIKE '%BC'")
    case .isTypedTimeOutOfRange: ("a?", "The same for a value of a type of times.", "{a} IS NOT NULL")
    case .isEpochOutOfRange: ("a?", "The same for a number since 1970.", "{a} IS NOT NULL")
    case .divide: ("a b", "The whole part of a ÷ b, neither negative.", "{a} DIV {b}")
    case .seconds: ("a", "Microseconds as seconds with six decimals.", "CAST({a} / 1000000.0 AS decimal(20, 6))")
    case .concatenate:
      ("a b", "Two texts, one after the other; a function, `f({a}, {b})`, takes any number (trap T13).", "{a} || {b}")
    case .byteLength: ("a", "The length of a text in bytes of UTF-8.", "octet_length({a})")
    case .sha256: ("a", "SHA-256 of a text's UTF-8 in lower-case hex (trap T14).", "lower(sha2({a}, 256))")
    case .decimalText: ("a", "An integer as text.", "CAST({a} AS varchar(20))")
    case .timestampText:
      ("a", "A time as YYYY-MM-DD HH:MM:SS.ffffff.", "to_char({a}, 'YYYY-MM-DD HH24:MI:SS.US')")
    case .sourceText: ("a", "A source column as text, whose collation decides nothing.", "CAST({a} AS text)")
    case .sourceInteger:
      ("a", "A source column as a 64-bit integer, NULL where it is none.", "CAST({a} AS bigint)")
    case .sourceFlag: ("a", "A source column of truth values as 1 or 0.", "CASE WHEN {a} THEN 1 ELSE 0 END")
    }
  }
}
