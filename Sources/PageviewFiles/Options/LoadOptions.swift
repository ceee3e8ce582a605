public import SessionPlan

/// The kinds of files with pageviews.
public enum FileFormat: String, Hashable, Sendable, Codable, CaseIterable {
  /// RFC 4180 with a header, and its relatives (`CSVOptions`).
  case csv
  /// JSON objects: one a line, one after the other, or the elements of an array.
  case jsonLines = "jsonl"
  /// The log of a web server, a load balancer or a CDN (`AccessLogOptions`).
  case accessLog = "log"
  /// What DuckDB reads (`DuckDBSource`): Parquet; Arrow, ORC and Avro by its extensions; a query.
  case duckDB = "duckdb"
}

/// Which fields of a file mean what.
///
/// A field is a column of a CSV file, a key or a path of a JSON object (`FieldExpression`).
public struct ColumnMapping: Hashable, Sendable {
  /// nil: `event_id` where the file has it; otherwise the ids are derived (`DerivedEventID`).
  public var eventID: String?
  public var userID: String
  public var pageViewAt: String
  /// nil: `page` where the file has it; otherwise every page is NULL.
  public var page: String?
  /// The file has no event id, whatever a column of it is called: ids are derived.
  public var hasNoEventID = false

  public init(
    eventID: String? = nil, userID: String = "user_id", pageViewAt: String = "page_view_at", page: String? = nil
  ) {
    self.eventID = eventID
    self.userID = userID
    self.pageViewAt = pageViewAt
    self.page = page
  }

  static let usualEventID = "event_id"
  static let usualPage = "page"
}

/// How to read a file of pageviews. The defaults read what `generate` and the exports write.
public struct LoadOptions: Hashable, Sendable {
  /// nil: found by the file's extension and first lines.
  public var format: FileFormat?
  /// For CSV and JSON; an access log's fields are fixed.
  public var columns: ColumnMapping
  /// Fields to keep beside the pageview. In an access log: see `AccessLogField`.
  public var attributes: [Attribute]
  public var csv = CSVOptions()
  public var log = AccessLogOptions()
  public var eventIDType: EventIDType
  public var timeFormat: FileTimeFormat
  /// Where times without a zone are from. nil: UTC.
  public var zone: FileZone?
  /// nil: UTF-8, or UTF-16 where a byte order mark says so; other bytes in the first lines are a fault of the file.
  public var encoding: TextEncoding?
  /// Texts that mean NULL, besides the empty one.
  public var nullTexts: [String] = []
  /// Only the records for which this holds.
  public var only: RowFilter?
  /// Fill the column `sequence` with the row's number among those of its user and time in the file.
  ///
  /// nil: for access logs only, whose times are often whole seconds.
  public var sequence: Bool?
  /// Derive the event ids of a file that has none. Without it, such a file is a fault.
  public var derivesMissingEventIDs: Bool

  public init(
    format: FileFormat? = nil, columns: ColumnMapping = ColumnMapping(), attributes: [Attribute] = [],
    delimiter: Unicode.Scalar? = nil, eventIDType: EventIDType = .text, userFrom: LogUser? = nil,
    filtersPages: Bool = true, timeFormat: FileTimeFormat = .auto, zoneOffsetMinutes: Int? = nil,
    derivesMissingEventIDs: Bool = true
  ) {
    self.format = format
    self.columns = columns
    self.attributes = attributes
    self.eventIDType = eventIDType
    self.timeFormat = timeFormat
    self.derivesMissingEventIDs = derivesMissingEventIDs
    zone = zoneOffsetMinutes.map { FileZone(offsetMinutes: $0) }
    csv.delimiter = delimiter
    log.user = userFrom
    log.pages.takesEverything = !filtersPages
  }
}
