public import SessionPlan

/// The kinds of files with pageviews.
public enum FileFormat: String, Hashable, Sendable, Codable, CaseIterable {
  /// RFC 4180 with a header.
  case csv
  /// One JSON object a line.
  case jsonLines = "jsonl"
  /// Apache's and nginx's common and combined formats.
  case accessLog = "log"
}

/// Which columns of a CSV file, or keys of a JSON object, mean what. Names compare by their bytes.
public struct ColumnMapping: Hashable, Sendable {
  /// nil: `event_id` where the file has it; otherwise the ids are derived (`DerivedEventID`).
  public var eventID: String?
  public var userID: String
  public var pageViewAt: String
  /// nil: `page` where the file has it; otherwise every page is NULL.
  public var page: String?

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

/// Who the user of an access log's line is.
public enum LogUser: String, Hashable, Sendable, Codable, CaseIterable {
  case address
  /// The address, a blank and the user agent (`-` where there is none).
  case addressAndAgent = "address_and_agent"
  /// The name that was authenticated; lines without one are `null_user`.
  case remoteUser = "remote_user"
}

/// How to read a file of pageviews. The defaults read what `generate` and the exports write.
public struct LoadOptions: Hashable, Sendable {
  /// nil: found by the file's extension and first line.
  public var format: FileFormat?
  /// For CSV and JSON lines; an access log's columns are fixed.
  public var columns: ColumnMapping
  /// Columns to keep beside the pageview. In an access log: `referrer`, `user_agent`, `status`, `method`, `address`,
  /// `remote_user`.
  public var attributes: [Attribute]
  /// One ASCII character. nil: the first of comma, semicolon, tab and bar with which the header has the needed columns.
  public var delimiter: Unicode.Scalar?
  public var eventIDType: EventIDType
  public var userFrom: LogUser
  /// Leave out an access log's lines that are no requests of pages, see `PageFilter`.
  public var filtersPages: Bool
  public var timeFormat: TimeFormat
  /// What a time without a zone is ahead of UTC, in minutes (`+02:00` is 120).
  public var zoneOffsetMinutes: Int
  /// Derive the event ids of a file that has none. Without it, such a file is a fault.
  public var derivesMissingEventIDs: Bool

  public init(
    format: FileFormat? = nil, columns: ColumnMapping = ColumnMapping(), attributes: [Attribute] = [],
    delimiter: Unicode.Scalar? = nil, eventIDType: EventIDType = .text, userFrom: LogUser = .addressAndAgent,
    filtersPages: Bool = true, timeFormat: TimeFormat = .timestamp, zoneOffsetMinutes: Int = 0,
    derivesMissingEventIDs: Bool = true
  ) {
    self.format = format
    self.columns = columns
    self.attributes = attributes
    self.delimiter = delimiter
    self.eventIDType = eventIDType
    self.userFrom = userFrom
    self.filtersPages = filtersPages
    self.timeFormat = timeFormat
    self.zoneOffsetMinutes = zoneOffsetMinutes
    self.derivesMissingEventIDs = derivesMissingEventIDs
  }
}
