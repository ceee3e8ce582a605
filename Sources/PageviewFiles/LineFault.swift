/// Why a line was not loaded. The raw value is the reason's name in the quarantine table.
public enum FaultReason: String, Hashable, Sendable, Codable, CaseIterable {
  case nullEventID = "null_event_id"
  case nullUser = "null_user"
  case nullTime = "null_time"
  /// The event id type is integer, and this is no 64-bit integer in canonical form (`007` and `+7` are not).
  case badEventID = "bad_event_id"
  /// The time cannot be parsed, or names a moment that does not exist.
  case badTime = "bad_time"
  /// A time outside the years that are sessionized, see `Timestamp.isInRange`.
  case timeOutOfRange = "time_out_of_range"
  /// An event id or a user id of more than 1,024 bytes of UTF-8.
  case keyTooLong = "key_too_long"
  case nulByte = "nul_byte"
  case invalidUTF8 = "invalid_utf8"
  /// More than 1 MiB.
  case lineTooLong = "line_too_long"
  /// CSV: more or fewer fields than the header has.
  case columnCount = "column_count"
  /// CSV: something other than a delimiter or the end of the line follows a closing quote.
  case badQuote = "bad_quote"
  /// CSV: a quoted field that does not end within 1 MiB of the record's start, or not before the end of the file.
  case unterminatedQuote = "unterminated_quote"
  /// JSON: not an object, a needed key twice, or a user id that is neither string nor number.
  case badJSON = "bad_json"
  /// Access log: not a line of the file's format.
  case badLogLine = "bad_log_line"
}

/// One line of a file that was not loaded, for the quarantine.
///
/// The texts are what could be read, made printable: valid UTF-8, NUL and broken bytes replaced by U+FFFD, cut to
/// 1,024 bytes.
public struct LineFault: Hashable, Sendable {
  public var reason: FaultReason
  /// The physical line on which the record begins, counted from 1.
  public var line: Int
  public var eventID: String?
  public var userID: String?
  public var pageViewAt: String?
  public var page: String?
  /// The front of the record as the file writes it.
  public var text: String?

  public init(
    reason: FaultReason, line: Int, eventID: String? = nil, userID: String? = nil, pageViewAt: String? = nil,
    page: String? = nil, text: String? = nil
  ) {
    self.reason = reason
    self.line = line
    self.eventID = eventID
    self.userID = userID
    self.pageViewAt = pageViewAt
    self.page = page
    self.text = text
  }

  /// Whether no field of it could be read, so that only its text says what it is.
  public var hasNoFields: Bool { eventID == nil && userID == nil && pageViewAt == nil && page == nil }

  /// The longest text of a fault, in bytes of UTF-8.
  public static let textLimit = 1024

  /// Bytes of a file as a text that any database takes.
  static func printable(_ bytes: Bytes?) -> String? {
    guard let bytes else { return nil }
    var text = ""
    // One byte of broken UTF-8 becomes at most three, and what is cut off is never looked at.
    for scalar in String(decoding: bytes.prefix(textLimit + 4), as: UTF8.self).unicodeScalars {
      let shown = scalar == "\0" ? "\u{FFFD}" : scalar
      if text.utf8.count + String(shown).utf8.count > textLimit { break }
      text.unicodeScalars.append(shown)
    }
    return text
  }
}
