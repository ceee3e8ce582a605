internal import SQLRendering

extension DialectKey {
  static let identifierKeys: [DialectKey] = [
    .text("identifiers.open_quote", \.identifiers.openQuote, "Put before a name.", example: "\""),
    .text(
      "identifiers.close_quote", \.identifiers.closeQuote, "Put after a name.", example: "\""),
    .optional(
      "identifiers.escaped_quote", \.identifiers.escapedQuote,
      "What a closing quote inside a name becomes; ~ where it is doubled.", mustAnswer: false, example: "\\`"),
    .flag(
      "identifiers.escapes_backslash", \.identifiers.escapesBackslash,
      "Whether a backslash in a name is an escape and must be doubled.", or: false),
    .flag(
      "identifiers.quotes_when_needed", \.identifiers.quotesWhenNeeded,
      "Whether plain names in lower case that are reserved nowhere stand without quotes; not where the engine folds them "
        + "to upper case.", or: false),
    .integer(
      "identifiers.longest", \.identifiers.longest, in: 8...65535,
      "The longest name in bytes of UTF-8; longer ones are refused before they are sent.", example: 63),
  ]

  static let literalKeys: [DialectKey] = [
    .flag(
      "literals.escapes_backslash", \.literals.escapesBackslash,
      "Whether a backslash in a text is an escape and must be doubled."),
    .text(
      "literals.timestamp", \.literals.timestamp, "A time; {a} is the quoted text 'YYYY-MM-DD HH:MM:SS.ffffff'.",
      takes: "a", example: "TIMESTAMP {a}"),
    .text(
      "literals.null", \.literals.null, "NULL of a column type.", takes: "type?", example: "CAST(NULL AS {type})"),
    .text(
      "literals.text", \.literals.text, "A text; {a} is it in quotes.", takes: "a", or: "{a}", example: "N{a}"),
    .text(
      "literals.escaped_quote", \.literals.escapedQuote, "What a quote inside a text becomes.", or: "''",
      example: "\\'"),
    .optional(
      "literals.line_break", \.literals.lineBreak,
      "What a line break inside a text becomes; ~ where one may stand in it.", mustAnswer: false, example: "\\n"),
    .flag(
      "literals.empty_text_is_null", \.literals.emptyTextIsNull,
      "Whether '' is NULL (trap T12), so that equality with it is asked as IS NULL.", or: false),
  ]

  static let typeKeys: [DialectKey] = [
    .text("types.integer", \.types.integer, "64-bit integers.", example: "bigint"),
    .text("types.text", \.types.text, "Text of any length.", example: "text"),
    .text(
      "types.key", \.types.key,
      "Text of at most 1,024 bytes that is compared by bytes and may be part of a key (traps T05, T28).",
      example: "varchar(1024)"),
    .text(
      "types.timestamp", \.types.timestamp, "UTC times with microseconds, without a zone (traps T03, T04).",
      example: "timestamp(6)"),
    .text(
      "types.instant", \.types.instant, "The arithmetic form of a time, in scratch tables.", example: "timestamp(6)"),
    .text("types.flag", \.types.flag, "1 or 0.", example: "smallint"),
    .optional(
      "types.cast_integer", \.types.castInteger, "The type of integers in a CAST; ~ where it is types.integer.",
      mustAnswer: false, example: "SIGNED"),
    .optional(
      "types.cast_text", \.types.castText, "The type of texts in a CAST; ~ where it is types.text.",
      mustAnswer: false, example: "CHAR"),
    .optional(
      "types.cast_timestamp", \.types.castTimestamp, "The type of times in a CAST; ~ where it is types.timestamp.",
      mustAnswer: false, example: "DATETIME(6)"),
  ]
}
