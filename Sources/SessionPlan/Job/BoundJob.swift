/// A job with what the catalog says of its source: the types that a plan needs to know.
public struct BoundJob: Hashable, Sendable {
  public var job: SessionJob
  /// The type of the event ids: the source column's where there is one, else the job's; text where they are derived.
  public var eventIDType: EventIDType
  /// The types of the source's columns by name; a column that is absent is taken as declared in `assumed`.
  public var sourceTypes: [String: ValueType]
  /// The columns of the source that can never be NULL.
  public var requiredColumns: Set<String>
  /// Whether the ledgers were made in layout 1: their lineage has columns that are never NULL and that nobody reads, and
  /// their quarantine rows without a key.
  public var isUpgraded = false
  /// Whether pageviews of one time have an order of their own.
  public var hasSequence: Bool { job.source.sequence != nil }

  public init(
    _ job: SessionJob, eventIDType: EventIDType, sourceTypes: [String: ValueType], requiredColumns: Set<String> = []
  ) {
    self.job = job
    self.eventIDType = eventIDType
    self.sourceTypes = sourceTypes
    self.requiredColumns = requiredColumns
  }

  /// A job whose source is taken to be as the tool itself would make it: for `render` and `plan`, without a database.
  public static func assumed(_ job: SessionJob) -> BoundJob {
    var job = job
    if job.source.table == nil, job.source.eventID != nil, job.source.sequence == nil {
      job.source.sequence = PageviewSource.ownSequence
    }
    var types: [String: ValueType] = [:]
    let source = job.source
    if let id = source.eventID { types[id] = job.eventIDType == .integer ? .integer : .text }
    types[source.userID] = .text
    types[source.pageViewAt] = source.timeFormat == .timestamp ? .timestamp : .integer
    if let page = source.page { types[page] = .text }
    if let sequence = source.sequence { types[sequence] = .integer }
    if let arrival = source.arrival { types[arrival.column] = arrival.kind == .id ? .integer : .timestamp }
    for attribute in job.attributes { types[attribute.column] = .text }
    source.filter?.forEachComparison { column, value in
      guard types[column] == nil else { return }
      if case .integer = value { types[column] = .integer } else { types[column] = .text }
    }
    return BoundJob(job, eventIDType: source.eventID == nil ? .text : job.eventIDType, sourceTypes: types)
  }

  /// The source table's name.
  public var sourceName: ObjectName { job.source.table ?? job.names[.pageviews] }

  /// The plan type of event and session ids.
  public var idType: ValueType { eventIDType == .integer ? .integer : .text }
  /// How event and session ids are compared.
  public var idCollation: Collation { eventIDType == .integer ? .value : .bytes }
}

extension SourceFilter {
  /// Visits each column and the literal it is compared with, nil for a NULL test.
  func forEachComparison(_ visit: (String, Value?) -> Void) {
    switch self {
    case .compare(let column, _, let value): visit(column, value)
    case .isIn(let column, let values): visit(column, values.first)
    case .isNull(let column), .isNotNull(let column): visit(column, nil)
    case .not(let inner): inner.forEachComparison(visit)
    case .and(let a, let b), .or(let a, let b):
      a.forEachComparison(visit)
      b.forEachComparison(visit)
    }
  }

  /// The columns that the filter reads.
  public var columns: Set<String> {
    var names: Set<String> = []
    forEachComparison { column, _ in names.insert(column) }
    return names
  }
}
