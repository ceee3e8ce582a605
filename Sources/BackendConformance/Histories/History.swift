public import SessionPlan

/// What a history's job is: all that its player must set up.
public struct HistoryJob: Hashable, Sendable {
  public struct Arrival: Hashable, Sendable {
    public var kind: SessionPlan.Arrival.Kind
    /// A count for ids, microseconds for times.
    public var overlap: Int64

    public init(kind: SessionPlan.Arrival.Kind, overlap: Int64) {
      self.kind = kind
      self.overlap = overlap
    }
  }

  /// The type of the source's time column, on an engine that has types.
  public enum TimeColumn: String, Hashable, Sendable, CaseIterable {
    case timestamp, zonedTimestamp
    /// An integer: microseconds since 1970.
    case epochMicroseconds
  }

  public var gap: Gap
  public var boundary: GapBoundary
  /// The kind of the ids in `sessions`: text where the source has none.
  public var idType: EventIDType
  /// Whether the source has an event id column.
  public var hasEventID: Bool
  /// Whether the source's user column is an integer.
  public var hasIntegerUsers: Bool
  /// nil: the source has no arrival column.
  public var arrival: Arrival?
  public var timeColumn: TimeColumn
  /// Whether the event ids, which are texts then, are uuids in a column of that type.
  public var hasUUIDs: Bool
  /// Whether the source has a column that orders pageviews of one moment. Only where it has event ids: of rows that
  /// cannot be told apart, nobody could say which sequence belongs to which derived id.
  public var hasSequence: Bool

  public init(
    gap: Gap = .standard, boundary: GapBoundary = .new, idType: EventIDType = .text, hasEventID: Bool = true,
    hasIntegerUsers: Bool = false, arrival: Arrival? = nil, timeColumn: TimeColumn = .timestamp,
    hasUUIDs: Bool = false, hasSequence: Bool = false
  ) {
    self.gap = gap
    self.boundary = boundary
    self.idType = hasEventID ? idType : .text
    self.hasEventID = hasEventID
    self.hasIntegerUsers = hasIntegerUsers
    self.arrival = arrival
    self.timeColumn = timeColumn
    self.hasUUIDs = hasUUIDs
    self.hasSequence = hasEventID && hasSequence
  }

  /// The job as the product knows it, over a source with the columns event_id, user_id, page_view_at, page and
  /// `arrival`, each where the history has it.
  ///
  /// - Parameter table: the source; nil is the tool's own.
  public func sessionJob(table: ObjectName? = nil, names: ObjectNames = ObjectNames()) -> SessionJob {
    let arrival = arrival.map { SessionPlan.Arrival(column: "arrival", kind: $0.kind, overlap: $0.overlap) }
    return SessionJob(
      gap: gap, boundary: boundary, eventIDType: idType,
      source: PageviewSource(
        table: table, eventID: hasEventID ? "event_id" : nil, sequence: hasSequence ? "sequence" : nil,
        timeFormat: timeColumn == .epochMicroseconds ? .epochMicroseconds : .timestamp, arrival: arrival), names: names)
  }
}

/// What a run looks at.
public enum RunMode: Hashable, Sendable {
  case whole
  /// Half-open, in microseconds since 1970; nil is no end, and at most one of the two is nil. From may equal to.
  case window(from: Int64?, to: Int64?)
  /// By the arrival column.
  case new
}

public enum HistoryStep: Hashable, Sendable {
  /// Rows appear in the source.
  case insert([SourceRow])
  case run(RunMode)
  /// A run that is killed between its lineage and its rows, and then the same run again, to its end.
  case killed(RunMode)
}

/// A job and what happens to it.
public struct History: Hashable, Sendable {
  /// What it was drawn from; nil for one that people wrote.
  public var seed: UInt64?
  public var job: HistoryJob
  public var steps: [HistoryStep]

  public init(seed: UInt64? = nil, job: HistoryJob, steps: [HistoryStep]) {
    self.seed = seed
    self.job = job
    self.steps = steps
  }

  /// All rows in the order in which they appear.
  public var rows: [SourceRow] {
    steps.flatMap { step -> [SourceRow] in
      if case .insert(let rows) = step { rows } else { [] }
    }
  }
}
