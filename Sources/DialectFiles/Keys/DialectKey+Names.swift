internal import SQLRendering

extension DialectKey {
  static let identifierKeys: [DialectKey] = [
    .text("identifiers.open_quote", \.identifiers.openQuote, "Put before a name.", example: "\""),
    .text(
      "identifiers.close_quote", \.identifiers.closeQuote, "Put after a name; one inside a name is doubled.",
      example: "\""),
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
  ]
}
