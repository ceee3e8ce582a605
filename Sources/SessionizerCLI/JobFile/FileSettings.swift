public import PageviewFiles
public import SessionPlan
public import SessionRunner
internal import YAMLReading

/// How files are read, as far as it was said: by a preset, by the job file's `files:`, or by options.
///
/// nil means "not said": the default holds.
public struct FileSettings: Hashable, Sendable {
  public var preset: String?
  public var format: FileFormat?
  var map: [FieldMapping.Field: String] = [:]
  public var delimiter: Unicode.Scalar?
  public var quote: CSVOptions.Quote?
  public var escape: Unicode.Scalar?
  public var nullTexts: [String]?
  public var skip: Int?
  public var comment: Unicode.Scalar?
  public var padsWithNull: Bool?
  public var hasHeader: Bool?
  public var names: [String]?
  public var trims: Bool?
  public var encoding: TextEncoding?
  public var timeFormat: FileTimeFormat?
  public var timeZone: FileZone?
  public var logFormat: LogFormat?
  public var logUser: LogUser?
  public var logMethods: [String]?
  public var logStatuses: [ClosedRange<Int>]?
  public var logRedirects: Bool?
  public var logSkippedSuffixes: [String]?
  public var logQuery: PageRules.Query?
  public var allRequests: Bool?
  public var only: RowFilter?
  public var sequence: Bool?
  public var requiresEventIDs: Bool?
  public var maxBad: FaultLimit?

  public init() {}

  /// These settings, with those that `other` says in their place; mappings are replaced one by one.
  public func overridden(by other: FileSettings) -> FileSettings {
    var result = self
    func put<Value>(_ path: WritableKeyPath<FileSettings, Value?>) {
      if let value = other[keyPath: path] { result[keyPath: path] = value }
    }
    put(\.preset)
    put(\.format)
    result.map.merge(other.map) { $1 }
    put(\.delimiter)
    put(\.quote)
    put(\.escape)
    put(\.nullTexts)
    put(\.skip)
    put(\.comment)
    put(\.padsWithNull)
    put(\.hasHeader)
    put(\.names)
    put(\.trims)
    put(\.encoding)
    put(\.timeFormat)
    put(\.timeZone)
    put(\.logFormat)
    put(\.logUser)
    put(\.logMethods)
    put(\.logStatuses)
    put(\.logRedirects)
    put(\.logSkippedSuffixes)
    put(\.logQuery)
    put(\.allRequests)
    put(\.only)
    put(\.sequence)
    put(\.requiresEventIDs)
    put(\.maxBad)
    return result
  }

  /// - Parameter attributes: which field of a file each attribute is
  public func options(attributes: [Attribute]) -> LoadOptions {
    var options = LoadOptions()
    options.format = format
    options.attributes = attributes
    for (field, text) in map { field.apply(text, to: &options.columns) }
    options.csv.delimiter = delimiter
    options.csv.quote = quote ?? options.csv.quote
    options.csv.escape = escape
    options.csv.skip = skip ?? 0
    options.csv.comment = comment
    options.csv.padsWithNull = padsWithNull ?? false
    options.csv.hasHeader = hasHeader ?? true
    options.csv.names = names ?? []
    options.csv.trims = trims
    options.nullTexts = nullTexts ?? []
    options.encoding = encoding
    options.timeFormat = timeFormat ?? .auto
    options.zone = timeZone
    options.log.format = logFormat
    options.log.user = logUser
    if let logMethods { options.log.pages.methods = Set(logMethods) }
    options.log.pages.statuses = logStatuses
    options.log.pages.countsRedirects = logRedirects ?? false
    if let logSkippedSuffixes { options.log.pages.skippedSuffixes = Set(logSkippedSuffixes) }
    options.log.pages.query = logQuery ?? .cut
    options.log.pages.takesEverything = allRequests ?? false
    options.only = only
    options.sequence = sequence
    options.derivesMissingEventIDs = !(requiresEventIDs ?? false)
    return options
  }
}

/// `field=column`
struct FieldMapping: Hashable, Sendable {
  enum Field: String, CaseIterable, Sendable {
    case eventID = "event_id"
    case userID = "user_id"
    case pageViewAt = "page_view_at"
    case page

    func apply(_ text: String, to columns: inout ColumnMapping) {
      switch self {
      case .eventID:
        columns.hasNoEventID = text == "none"
        columns.eventID = text == "none" ? nil : text
      case .userID: columns.userID = text
      case .pageViewAt: columns.pageViewAt = text
      case .page: columns.page = text
      }
    }
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
}
