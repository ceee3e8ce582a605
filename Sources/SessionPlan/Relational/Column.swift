/// The name of a column in a plan: of our tables and views, of a run's steps, or of an attribute.
///
/// A column that only a step has begins with `Column.internalPrefix`, which no attribute's name may begin with, so that
/// whatever attributes a job has, the two never meet.
public struct Column: Hashable, Sendable {
  public let name: String

  private init(_ name: String) { self.name = name }

  /// A column of a table that is defined here, by its definition.
  init(_ column: SchemaColumn) { name = column.name }

  /// A column of a step that is none of our tables or views.
  private static func step(_ name: String) -> Column { Column(internalPrefix + name) }

  /// What the names of columns begin with that exist only inside a run.
  public static let internalPrefix = "sz_"

  /// The job's attribute of that name, as it stood at a session's first pageview.
  static func attribute(_ name: String) -> Column { Column(name) }

  /// The same at a session's last pageview.
  static func lastAttribute(_ name: String) -> Column { Column(lastPrefix + name) }

  /// What the names of attributes at a session's last pageview begin with.
  static let lastPrefix = "last_"

  /// A column of a version, beside that of what the pageviews give.
  static func version(_ column: Column) -> Column { step("version_" + column.name) }

  // MARK: Pageviews

  static let eventID = Column("event_id")
  static let userID = Column("user_id")
  static let pageViewAt = Column("page_view_at")
  /// Orders pageviews of one user and one time.
  static let sequence = Column("sequence")
  static let page = Column("page")
  /// In the tool's own source table: grows with each row.
  static let arrivalID = Column("arrival_id")

  // MARK: Ledgers

  /// In `session_table` the anchor that a pageview's session had when it was written; elsewhere the public id.
  static let sessionID = Column("session_id")
  static let runID = Column("run_id")
  /// The anchor that a merged anchor's session is kept under.
  static let became = Column("became")
  /// Only in ledgers of layout 1: the time of a session's first pageview.
  static let becameAt = Column("became_at")
  /// What a session is kept under: the id that its first run gave it.
  static let anchor = Column("anchor")
  /// How many anchors a session was made of, its own included.
  static let anchors = Column("anchors")
  static let startedAt = Column("started_at")
  static let endedAt = Column("ended_at")
  static let firstSequence = Column("first_sequence")
  static let lastSequence = Column("last_sequence")
  static let lastEventID = Column("last_event_id")
  static let pageviews = Column("pageviews")
  static let entryPage = Column("entry_page")
  static let exitPage = Column("exit_page")
  static let reason = Column("reason")
  static let sourceFile = Column("source_file")
  static let line = Column("line")
  /// By which a row is found in quarantine.
  static let rowKey = Column("row_key")

  // MARK: The run ledger

  static let state = Column("state")
  static let recordedAt = Column("recorded_at")
  static let job = Column("job")
  static let mode = Column("mode")
  static let windowFrom = Column("window_from")
  static let windowTo = Column("window_to")
  static let arrivalMark = Column("arrival_mark")
  static let arrivalMarkAt = Column("arrival_mark_at")
  static let sessions = Column("sessions")
  static let lineageRows = Column("lineage_rows")
  static let quarantined = Column("quarantined")
  static let layout = Column("layout")
  static let engine = Column("engine")
  static let toolVersion = Column("tool_version")

  // MARK: The feed

  static let change = Column("change")
  static let replacedBy = Column("replaced_by")

  // MARK: Views

  static let duration = Column("duration")
  static let durationMicroseconds = Column("duration_microseconds")
  static let isBounce = Column("is_bounce")

  static let durationSeconds = Column("duration_seconds")

  /// The names of the columns above, of our tables, views and exports, whatever the job.
  static let ownNames = Set(
    ([
      .eventID, .userID, .pageViewAt, .sequence, .page, .arrivalID, .sessionID, .runID, .became, .becameAt, .anchor,
      .anchors, .startedAt, .endedAt, .firstSequence, .lastSequence, .lastEventID, .pageviews, .entryPage, .exitPage,
      .reason, .sourceFile, .line, .rowKey, .duration, .durationMicroseconds, .isBounce, .durationSeconds,
      .change, .replacedBy,
    ] as [Column]).map(\.name))

  // MARK: Steps

  /// A time in the form in which the engine adds and compares.
  static let instant = step("instant")
  /// The instant of the user's row before.
  static let before = step("before")
  /// The anchor of the user's row before, NULL where that row is new.
  static let anchorBefore = step("anchor_before")
  /// 1 for a new row, 0 for one that the ledger has.
  static let isNew = step("new")
  /// 1 for a row of an island with a new row, else 0.
  static let gained = step("gained")
  /// 1 where a cluster or a session starts, else 0.
  static let starts = step("starts")
  static let cluster = step("cluster")
  static let fromAt = step("from_at")
  static let toAt = step("to_at")
  /// The event id of an island's first row, which tells it from all others.
  static let island = step("island")
  /// The number of a user's island.
  static let number = step("number")
  /// The anchor that an island's session is kept under from now on.
  static let survivor = step("survivor")
  /// The place of a part in its island by its first row, the earliest first.
  static let firstRank = step("first")
  /// The same by its last row, the latest first.
  static let lastRank = step("last")
  /// The rank of a row among those of one event id.
  static let rank = step("rank")
  /// Which of the different contents of its event id a row has; 1 for that of the first row.
  static let variant = step("variant")
  static let duplicates = step("duplicates")
  /// The row's place in the order of all rows of its step.
  static let position = step("position")
  static let firstPosition = step("first_position")
  static let lastPosition = step("last_position")
  static let nextSession = step("next_session")
  static let sessionBefore = step("session_before")
  static let eventBefore = step("event_before")
  static let rawEventID = step("raw_event_id")
  static let rawTime = step("raw_time")
  static let sourceEventID = step("source_event_id")
  static let sourceTime = step("source_time")
  static let arrival = step("arrival")
  static let occurrence = step("occurrence")
}

extension Expression {
  static func column(_ relation: String, _ column: Column) -> Expression {
    .column(ColumnReference(relation, column.name))
  }
}

extension TableReference {
  subscript(column: Column) -> Expression { .column(alias, column.name) }
}

extension NamedExpression {
  init(_ column: Column, _ expression: Expression) { self.init(column.name, expression) }

  init(_ relation: String, _ column: Column) { self.init(column.name, .column(relation, column)) }
}

extension WindowColumn {
  init(
    _ column: Column, _ function: Function, partition: [OrderKey], order: [OrderTerm], tiesAreEqual: Bool = false
  ) {
    self.init(column.name, function, partition: partition, order: order, tiesAreEqual: tiesAreEqual)
  }
}

extension AggregateColumn {
  init(_ column: Column, _ function: Function) { self.init(column.name, function) }
}

extension SchemaColumn {
  init(_ column: Column, _ type: ValueType, nullable: Bool = false) {
    self.init(column.name, type, nullable: nullable)
  }
}
