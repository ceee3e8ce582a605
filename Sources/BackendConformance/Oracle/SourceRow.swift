/// An event id as a source column holds it.
public enum SourceID: Hashable, Sendable {
  /// NULL; also what a source without the column holds.
  case null
  case integer(Int64)
  /// In a job with integer ids only a loosely typed engine can hold this.
  case text(ByteKey)
}

/// A time as a source column holds it.
public enum SourceTime: Hashable, Sendable {
  case null
  /// Microseconds since 1970, UTC; in a row for a loosely typed engine always in the years 0001 to 9999.
  case at(Int64)
  /// Before or after all times; only a column of a time type can hold it.
  case infinite(isLate: Bool)
  /// Something that is no time; only a loosely typed engine can hold it.
  case bad(ByteKey)
}

extension SourceTime {
  /// The text by which quarantine knows a time, where the engine has no other: empty for NULL.
  public var canonicalText: ByteKey {
    switch self {
    case .null: ""
    case .at(let moment): ByteKey(CalendarText.canonical(moment))
    case .infinite(let isLate): isLate ? "infinity" : "-infinity"
    case .bad(let text): text
    }
  }
}

/// One row of a source, as the source holds it, before any rule is applied.
public struct SourceRow: Hashable, Sendable {
  public var id: SourceID
  /// Where the source's users are integers, their decimal text.
  public var user: ByteKey?
  public var time: SourceTime
  public var page: ByteKey?
  /// The arrival column: a growing id, or microseconds since 1970. nil is NULL, and a source without the column.
  public var arrival: Int64?
  /// What orders pageviews of one moment; nil is NULL, and a source without the column.
  public var sequence: Int64?

  public init(
    id: SourceID, user: ByteKey?, time: SourceTime, page: ByteKey?, arrival: Int64? = nil, sequence: Int64? = nil
  ) {
    self.id = id
    self.user = user
    self.time = time
    self.page = page
    self.arrival = arrival
    self.sequence = sequence
  }
}

/// A pageview that keeps every rule: what a ledger may hold.
public struct Pageview: Hashable, Sendable {
  public var id: EventID
  public var user: ByteKey
  /// Microseconds since 1970, UTC.
  public var time: Int64
  public var page: ByteKey?
  /// What orders pageviews of one moment: a hint, no part of the content.
  public var sequence: Int64?

  public init(id: EventID, user: ByteKey, time: Int64, page: ByteKey?, sequence: Int64? = nil) {
    self.id = id
    self.user = user
    self.time = time
    self.page = page
    self.sequence = sequence
  }

  /// The order of one user's pageviews: page_view_at, then the sequence (NULL first), then the event id. It is total.
  package func precedes(_ other: Pageview) -> Bool {
    if time != other.time { return time < other.time }
    return sequence != other.sequence ? nullsFirst(sequence, other.sequence) : id < other.id
  }

  /// Whether two copies of one id are one event: equal in all four columns, whatever their sequences are.
  package func hasContent(of other: Pageview) -> Bool {
    id == other.id && user == other.user && time == other.time && page == other.page
  }

  /// Which of several copies of one id counts where none is in the ledger: the first by (page_view_at, user_id, page; NULL
  /// first).
  ///
  /// Where these are all equal but their sequences differ, they are one event, and the smallest sequence (NULL first) is
  /// the one that the ledger gets. Once a copy is in the ledger, its sequence stands, whatever comes later.
  func isBeforeCopy(_ other: Pageview) -> Bool {
    if time != other.time { return time < other.time }
    if user != other.user { return user < other.user }
    return page != other.page ? nullsFirst(page, other.page) : nullsFirst(sequence, other.sequence)
  }
}
