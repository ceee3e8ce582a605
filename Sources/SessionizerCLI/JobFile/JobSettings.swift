public import SessionPlan

/// How far below the mark `run --new` looks again, as it was written.
public enum Overlap: Hashable, Sendable {
  /// For ids.
  case count(Int64)
  /// For times.
  case duration(microseconds: Int64)

  var kind: Arrival.Kind {
    switch self {
    case .count: .id
    case .duration: .time
    }
  }

  var value: Int64 {
    switch self {
    case .count(let value), .duration(let value): value
    }
  }
}

/// The settings of a job as far as they were said: by the job file, by options, or by both together.
///
/// nil means "not said": the default holds.
public struct JobSettings: Hashable, Sendable {
  public var gap: Gap?
  public var boundary: GapBoundary?
  public var eventIDType: EventIDType?
  public var table: Choice<ObjectName>?
  public var eventID: Choice<String>?
  public var userID: String?
  public var pageViewAt: String?
  public var page: Choice<String>?
  public var timeFormat: TimeFormat?
  public var timeZone: String?
  public var filter: Choice<SourceFilter>?
  public var arrivalColumn: Choice<String>?
  public var arrivalKind: Arrival.Kind?
  public var arrivalOverlap: Overlap?
  public var attributes: [Attribute]?
  public var prefix: String?
  public var schema: Choice<ObjectName>?
  public var names: [ObjectNames.Object: String] = [:]

  public init() {}

  /// The settings of the ledgers that were said, by their names in the job file; `attributes` stands for all of them.
  var said: Set<String> {
    let all: [(Bool, String)] = [
      (gap != nil, "gap"), (boundary != nil, "gap_boundary"), (eventIDType != nil, "event_id_type"),
      (table != nil, "source.table"), (eventID != nil, "source.event_id"), (userID != nil, "source.user_id"),
      (pageViewAt != nil, "source.page_view_at"), (page != nil, "source.page"),
      (timeFormat != nil, "source.time_format"), (timeZone != nil, "source.time_zone"),
      (filter != nil, "source.filter"), (attributes != nil, "attributes"),
    ]
    return Set(all.filter(\.0).map(\.1))
  }

  /// These settings, with those that `other` says in their place. Names are replaced one by one, attributes all
  /// together.
  public func overridden(by other: JobSettings) -> JobSettings {
    var result = self
    func put<Value>(_ path: WritableKeyPath<JobSettings, Value?>) {
      if let value = other[keyPath: path] { result[keyPath: path] = value }
    }
    put(\.gap)
    put(\.boundary)
    put(\.eventIDType)
    put(\.table)
    put(\.eventID)
    put(\.userID)
    put(\.pageViewAt)
    put(\.page)
    put(\.timeFormat)
    put(\.timeZone)
    put(\.filter)
    put(\.arrivalColumn)
    // An overlap belongs to its kind: 10,000 ids are no duration.
    if let kind = other.arrivalKind, kind != arrivalKind ?? .id { result.arrivalOverlap = nil }
    put(\.arrivalKind)
    put(\.arrivalOverlap)
    put(\.attributes)
    put(\.prefix)
    put(\.schema)
    result.names.merge(other.names) { $1 }
    return result
  }
}
