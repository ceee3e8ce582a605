/// One sessionization job: where the pageviews are, what a session is, and what our objects are called.
///
/// Every setting has a default, so that `SessionJob()` is the job without a job file.
public struct SessionJob: Hashable, Sendable {
  /// The inactivity timeout.
  public var gap: Gap
  /// What happens at a distance of exactly the gap.
  public var boundary: GapBoundary
  /// The type of the event ids where the tool makes the source table; an existing table's column decides for itself.
  public var eventIDType: EventIDType
  /// The pageviews.
  public var source: PageviewSource
  /// Source columns that are kept in the ledger and shown as the session's first value.
  public var attributes: [Attribute]
  /// The tables and views.
  public var names: ObjectNames

  public init(
    gap: Gap = .standard, boundary: GapBoundary = .new, eventIDType: EventIDType = .text,
    source: PageviewSource = PageviewSource(), attributes: [Attribute] = [], names: ObjectNames = ObjectNames()
  ) {
    self.gap = gap
    self.boundary = boundary
    self.eventIDType = eventIDType
    self.source = source
    self.attributes = attributes
    self.names = names
  }
}

/// The type of an event id.
public enum EventIDType: String, Hashable, Sendable, Codable, CaseIterable {
  /// Compared and ordered by the bytes of UTF-8; uuid and numbers wider than 64 bits are text.
  case text
  /// A 64-bit signed integer in canonical form: `007` or `+7` is a bad value, never 7.
  case integer
}

/// A source column that is kept in the ledger: referrer, campaign, device.
public struct Attribute: Hashable, Sendable, Codable {
  /// The column's name in the ledger and in the views.
  public var name: String
  /// The column's name in the source.
  public var column: String

  public init(name: String, column: String) {
    self.name = name
    self.column = column
  }
}
