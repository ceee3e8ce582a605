/// The table or view that holds the pageviews, and which of its columns mean what.
public struct PageviewSource: Hashable, Sendable {
  /// The table. nil is the tool's own, named by `ObjectNames.pageviews`.
  public var table: ObjectName?
  /// nil: the source has no event id, and one is derived from the row's content.
  public var eventID: String?
  public var userID: String
  public var pageViewAt: String
  /// nil: the source has no page, and the page is NULL everywhere.
  public var page: String?
  /// An integer column that orders pageviews of one user and one time, NULL first; nil where the event id alone does.
  /// It is a hint, no part of a pageview's content.
  public var sequence: String?
  /// How `pageViewAt` stores a time.
  public var timeFormat: TimeFormat
  /// The zone of a column without zone: `UTC`, a fixed offset (`+02:00`) or an IANA name. Where a dialect cannot
  /// convert, the plan is refused.
  public var timeZone: String
  /// Rows for which this does not hold are no part of the job.
  public var filter: SourceFilter?
  /// What `run --new` goes by; nil where the source has no such column.
  public var arrival: Arrival?

  /// The column of the tool's own table that `load` fills.
  public static let ownSequence = "sequence"

  public init(
    table: ObjectName? = nil, eventID: String? = "event_id", userID: String = "user_id",
    pageViewAt: String = "page_view_at", page: String? = "page", sequence: String? = nil,
    timeFormat: TimeFormat = .timestamp,
    timeZone: String = "UTC", filter: SourceFilter? = nil, arrival: Arrival? = nil
  ) {
    self.table = table
    self.eventID = eventID
    self.userID = userID
    self.pageViewAt = pageViewAt
    self.page = page
    self.sequence = sequence
    self.timeFormat = timeFormat
    self.timeZone = timeZone
    self.filter = filter
    self.arrival = arrival
  }
}

/// How a source column stores a time.
public enum TimeFormat: String, Hashable, Sendable, Codable, CaseIterable {
  /// The engine's timestamp or date type; on an engine without one, ISO-8601 text.
  case timestamp
  case epochSeconds = "epoch_s"
  case epochMilliseconds = "epoch_ms"
  case epochMicroseconds = "epoch_us"
}

/// A column that grows as rows arrive, so that `run --new` finds late pageviews at any age.
public struct Arrival: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// A growing 64-bit number.
    case id
    /// A load time.
    case time
  }

  public var column: String
  public var kind: Kind
  /// How far below the mark the next run looks again, for transactions that commit out of order: a count for ids,
  /// microseconds for times.
  public var overlap: Int64

  /// The defaults of the contract: 10,000 ids, or one hour.
  public static func standardOverlap(_ kind: Kind) -> Int64 { kind == .id ? 10_000 : 3_600_000_000 }

  public init(column: String, kind: Kind = .id, overlap: Int64? = nil) {
    self.column = column
    self.kind = kind
    self.overlap = overlap ?? Self.standardOverlap(kind)
  }
}
