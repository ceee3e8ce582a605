internal import ArgumentParser
internal import SessionPlan
internal import YAMLReading

/// A job, and the file that its targets are listed in.
struct LoadedJob: Sendable {
  var file: JobFile
  var job: SessionJob
  /// Which column or field each attribute is, also where the tool's own table gives it a column of its name.
  var attributes: [Attribute] = []
  /// The settings that the job file or an option says; the others are the ledgers', where there are any.
  var said: Set<String> = []

  /// Which field of a file each attribute of the tool's own table is, as far as it was said.
  var fields: [String: String] {
    job.source.table == nil
      ? Dictionary(attributes.map { ($0.name, $0.column) }, uniquingKeysWith: { first, _ in first }) : [:]
  }
}

/// The job file, and every setting of it as an option.
struct JobOptions: ParsableArguments {
  static let title = "The job (options override the job file)"

  @Option(
    name: .customLong("job"),
    help: ArgumentHelp(
      "The job file (default: sessionizer.yml in the current folder, if it is there).", valueName: "file"),
    completion: .file(extensions: ["yml", "yaml"]))
  var jobFile: String?

  @Option(
    help: ArgumentHelp("The inactivity timeout: 500ms, 10s, 30m, 2h (default: 30m).", valueName: "duration"),
    transform: SettingText.gap)
  var gap: Gap?

  @Option(
    help: ArgumentHelp(
      "At a distance of exactly the gap, does a new session start, or is it the same? (default: new)",
      valueName: "new|same"),
    completion: .list(GapBoundary.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var gapBoundary: GapBoundary?

  @Option(
    name: .customLong("event-id-type"),
    help: ArgumentHelp(
      "The type of the event ids where the tool makes the source table (default: text).", valueName: "text|integer"),
    completion: .list(EventIDType.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var eventIDType: EventIDType?

  @Option(
    help: ArgumentHelp(
      "The table or view with the pageviews: name, schema.name, \"odd\".\"name\" (default: our own pageviews).",
      valueName: "table"),
    transform: SettingText.objectName)
  var sourceTable: ObjectName?

  @Option(
    name: .customLong("event-id-column"),
    help: ArgumentHelp("The column with the event id; none: there is none.", valueName: "column"),
    transform: { try SettingText.columnChoice($0) })
  var eventIDColumn: Choice<String>?

  @Option(
    name: .customLong("user-id-column"), help: ArgumentHelp("The column with the user.", valueName: "column"),
    transform: SettingText.name)
  var userIDColumn: String?

  @Option(
    help: ArgumentHelp("The column with the time of the pageview.", valueName: "column"), transform: SettingText.name)
  var timeColumn: String?

  @Option(
    help: ArgumentHelp("The column with the page; none: there is none.", valueName: "column"),
    transform: { try SettingText.columnChoice($0) })
  var pageColumn: Choice<String>?

  @Option(
    help: ArgumentHelp(
      "How the source stores a time (default: timestamp).", valueName: "timestamp|epoch_s|epoch_ms|epoch_us"),
    completion: .list(TimeFormat.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var timeFormat: TimeFormat?

  // An offset may begin with a minus sign.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The zone of a time column without one: UTC, +02:00, Europe/Madrid (default: UTC).", valueName: "zone"),
    transform: SettingText.timeZone)
  var timeZone: String?

  @Option(
    help: ArgumentHelp(
      "Only these source rows, such as \"page <> '/health' and status < 400\"; none: all.", valueName: "condition"),
    transform: { $0 == "none" ? Choice.none : .use(try SettingText.filter($0)) })
  var filter: Choice<SourceFilter>?

  @Option(
    help: ArgumentHelp(
      "The column that grows as rows arrive, for run --new; none: there is none.", valueName: "column"),
    transform: { try SettingText.columnChoice($0) })
  var arrivalColumn: Choice<String>?

  @Option(
    help: ArgumentHelp(
      "Whether the arrival column is a growing number or a load time (default: id).", valueName: "id|time"),
    completion: .list(Arrival.Kind.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var arrivalKind: Arrival.Kind?

  @Option(
    help: ArgumentHelp(
      "How far below the mark run --new looks again: a count or a duration (default: 10000 or 1h).",
      valueName: "overlap"),
    transform: SettingText.overlap)
  var arrivalOverlap: Overlap?

  @Option(
    name: .customLong("attribute"),
    help: ArgumentHelp(
      "A source column to keep in the ledger; may be repeated, and replaces the job file's list.",
      valueName: "name=column"),
    transform: SettingText.attribute)
  var attributes: [Attribute] = []

  @Option(
    help: ArgumentHelp("Put before the names of our tables and views.", valueName: "prefix"),
    transform: SettingText.prefix)
  var prefix: String?

  @Option(
    help: ArgumentHelp("The schema of our tables and views (default: the connection's).", valueName: "schema"),
    transform: SettingText.objectName)
  var schema: ObjectName?

  @Option(
    name: .customLong("name"),
    help: ArgumentHelp(
      "Another name for one of our tables and views, such as session_table=facts; may be repeated.",
      valueName: "object=name"),
    transform: { try ObjectRename($0) })
  var names: [ObjectRename] = []

  /// The job file with the options in place of what it says.
  func load() throws -> LoadedJob {
    let file = try JobFile.load(path: jobFile)
    do throws(SettingConflict) {
      let all = file.settings.overridden(by: settings)
      return LoadedJob(
        file: file, job: try all.job().checkedForOwnTable(), attributes: all.attributes ?? [], said: all.said)
    } catch {
      // The file by itself was right, so it is the options that do not go with it.
      throw UsageError(error.description)
    }
  }

  /// The options given that decide what sessions there are, by the names of the settings.
  var asked: [(setting: String, option: String)] {
    let all: [(Bool, String, String)] = [
      (gap != nil, "gap", "--gap"), (gapBoundary != nil, "gap_boundary", "--gap-boundary"),
      (eventIDType != nil, "event_id_type", "--event-id-type"), (sourceTable != nil, "source.table", "--source-table"),
      (eventIDColumn != nil, "source.event_id", "--event-id-column"),
      (userIDColumn != nil, "source.user_id", "--user-id-column"),
      (timeColumn != nil, "source.page_view_at", "--time-column"), (pageColumn != nil, "source.page", "--page-column"),
      (timeFormat != nil, "source.time_format", "--time-format"), (timeZone != nil, "source.time_zone", "--time-zone"),
      (filter != nil, "source.filter", "--filter"),
    ]
    return all.filter(\.0).map { ($0.1, $0.2) }
  }

  /// What the options say, as the job file would say it.
  var settings: JobSettings {
    var settings = JobSettings()
    settings.gap = gap
    settings.boundary = gapBoundary
    settings.eventIDType = eventIDType
    settings.table = sourceTable.map(Choice.use)
    settings.eventID = eventIDColumn
    settings.userID = userIDColumn
    settings.pageViewAt = timeColumn
    settings.page = pageColumn
    settings.timeFormat = timeFormat
    settings.timeZone = timeZone
    settings.filter = filter
    settings.arrivalColumn = arrivalColumn
    settings.arrivalKind = arrivalKind
    settings.arrivalOverlap = arrivalOverlap
    settings.attributes = attributes.isEmpty ? nil : attributes
    settings.prefix = prefix
    settings.schema = schema.map(Choice.use)
    for rename in names { settings.names[rename.object] = rename.name }
    return settings
  }
}

/// `object=name`.
struct ObjectRename: Hashable, Sendable {
  var object: ObjectNames.Object
  var name: String

  init(_ text: String) throws(SettingError) { (object, name) = try SettingText.objectRename(text) }
}

extension SettingText {
  /// A column's name, or `none`. (A column that is really called none is named in a job file, in quotes.)
  static func columnChoice(_ text: String) throws(SettingError) -> Choice<String> {
    text == "none" ? .none : .use(try name(text))
  }
}
