internal import ArgumentParser
internal import PageviewFiles
internal import SessionPlan
internal import YAMLReading

extension FileFormat {
  static var words: String { allCases.map(\.rawValue).joined(separator: "|") }
}

/// How the files of `load` are read.
struct FileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("What the files are (default: found by name and first line).", valueName: FileFormat.words),
    completion: .list(FileFormat.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var fileFormat: FileFormat?

  @Option(
    name: .customLong("map"),
    help: ArgumentHelp(
      "Where event_id, user_id, page_view_at or page has another name in the file; may be repeated.",
      valueName: "field=column"),
    transform: { try FieldMapping($0) })
  var mappings: [FieldMapping] = []

  @Option(
    help: ArgumentHelp(
      "One character between a CSV file's fields; tab for a tab (default: found in the header).", valueName: "character"
    ),
    transform: FileOptions.delimiter)
  var delimiter: Unicode.Scalar?

  @Option(
    help: ArgumentHelp(
      "How the files write a time (default: timestamp).", valueName: "timestamp|epoch_s|epoch_ms|epoch_us"),
    completion: .list(TimeFormat.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var fileTimeFormat: TimeFormat?

  // It may begin with a minus sign.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The offset of times that carry none: UTC, +02:00 (default: UTC).", valueName: "offset"),
    transform: FileOptions.offset)
  var fileTimeZone: Int?

  @Option(
    help: ArgumentHelp(
      "Who the user of an access log's line is (default: address_and_agent).",
      valueName: LogUser.allCases.map(\.rawValue).joined(separator: "|")),
    completion: .list(LogUser.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var logUser: LogUser?

  @Flag(help: "Load an access log's requests of images, scripts and errors, too.")
  var allRequests = false

  @Flag(
    name: .customLong("require-event-ids"),
    help: "Refuse a file without event ids instead of deriving them from the content.")
  var requireEventIDs = false

  var options: LoadOptions {
    var options = LoadOptions()
    options.format = fileFormat
    for mapping in mappings { mapping.apply(to: &options.columns) }
    options.delimiter = delimiter
    options.timeFormat = fileTimeFormat ?? options.timeFormat
    options.zoneOffsetMinutes = fileTimeZone ?? 0
    options.userFrom = logUser ?? options.userFrom
    options.filtersPages = !allRequests
    options.derivesMissingEventIDs = !requireEventIDs
    return options
  }

  static func delimiter(_ text: String) throws(SettingError) -> Unicode.Scalar {
    if text == "tab" || text == "\\t" { return "\t" }
    let scalars = Array(text.unicodeScalars)
    guard scalars.count == 1, scalars[0].isASCII, !"\"\r\n\0".unicodeScalars.contains(scalars[0]) else {
      throw SettingError(message: "\(SettingText.shown(text)) is not one ASCII character")
    }
    return scalars[0]
  }

  static func offset(_ text: String) throws(SettingError) -> Int {
    switch SourceZone(text) {
    case .utc: return 0
    case .offset(let minutes): return minutes
    default: throw SettingError(message: "\(SettingText.shown(text)) is no offset: write UTC, or one such as +02:00")
    }
  }
}

/// `field=column`
struct FieldMapping: Hashable, Sendable {
  enum Field: String, CaseIterable {
    case eventID = "event_id"
    case userID = "user_id"
    case pageViewAt = "page_view_at"
    case page
  }

  var field: Field
  var column: String

  init(_ text: String) throws(SettingError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[1].isEmpty else {
      throw SettingError(message: "\(SettingText.shown(text)) has no column: write field=column")
    }
    field = try SettingText.choice(parts[0])
    column = parts[1]
  }

  func apply(to columns: inout ColumnMapping) {
    switch field {
    case .eventID: columns.eventID = column
    case .userID: columns.userID = column
    case .pageViewAt: columns.pageViewAt = column
    case .page: columns.page = column
    }
  }
}
