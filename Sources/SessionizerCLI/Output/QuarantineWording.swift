/// What a reason of quarantine means, and how a row of it gets out.
enum QuarantineWording {
  static func meaning(_ reason: String) -> String {
    words[reason]?.meaning ?? "a reason that this release does not know"
  }

  static func remedy(_ reason: String) -> String { words[reason]?.remedy ?? "see the release that wrote it" }

  /// The reasons, for help and for an unknown one.
  static var reasons: [String] { words.keys.sorted() }

  private static let inSource = "correct it in the source; the next run that looks at the row takes it"
  private static let inFile = "correct the line, or say how the file is written, and load the file again"

  private static let words: [String: (meaning: String, remedy: String)] = [
    "null_event_id": ("the row has no event id", "give it one; " + inSource),
    "null_user": ("the row has no user", "give it one; " + inSource),
    "null_time": ("the row has no time", "give it one; " + inSource),
    "bad_time": ("the time is not a valid one", inSource + "; in a file, set --file-time-format"),
    "time_out_of_range": ("the time is before 0001-01-02 or after 9999-12-30", inSource),
    "key_too_long": ("the event id or the user has more than 1,024 bytes", inSource),
    "bad_event_id": ("the event id is not a 64-bit integer in its usual form", inSource + "; or keep ids as text"),
    "duplicate_event_id": (
      "the event id is another pageview's", "give it an id of its own; the pageview in the ledger stands"
    ),
    "nul_byte": ("the line has a NUL byte", inFile), "invalid_utf8": ("the line is not valid UTF-8", inFile),
    "line_too_long": ("the line has more than 1 MiB", inFile),
    "column_count": ("the line has more or fewer fields than the header", inFile),
    "bad_quote": ("something follows a closing quote", inFile),
    "unterminated_quote": ("a quoted field does not end", inFile),
    "bad_json": ("the line is not a JSON object with the fields that are needed", inFile),
    "bad_log_line": ("the line does not have the log's format", inFile),
  ]
}
