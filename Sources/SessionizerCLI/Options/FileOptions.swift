internal import ArgumentParser
internal import PageviewFiles
internal import SessionPlan
internal import SessionRunner
internal import YAMLReading

extension FileFormat {
  static var words: String { allCases.map(\.rawValue).joined(separator: "|") }
}

/// How the files of `load` are read; each is also a setting of the job file's `files:`.
struct FileOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A preset for an export (\(FilePresets.names.joined(separator: ", "))), or a file of your own with the settings of files:.",
      valueName: "name|file"))
  var preset: String?

  @Option(
    help: ArgumentHelp("What the files are (default: found by name and first lines).", valueName: FileFormat.words),
    completion: .list(FileFormat.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var fileFormat: FileFormat?

  @Option(
    name: .customLong("map"),
    help: ArgumentHelp(
      "Which field of the file event_id, user_id, page_view_at or page is: a column, a path (a.b, /a/b, list[key=x].value), several put together (date+time), the first that is not empty (a|b); event_id=none derives ids. May be repeated.",
      valueName: "field=column"),
    transform: { try FieldMapping($0) })
  var mappings: [FieldMapping] = []

  @Option(
    help: ArgumentHelp(
      "Only the records for which this holds, such as \"event = 'page_view' and lower(agent) not like '%bot%'\".",
      valueName: "condition"),
    transform: SettingText.only)
  var only: RowFilter?

  @Option(
    help: ArgumentHelp(
      "How the files write a time: auto, epoch_s, epoch_ms, epoch_us, epoch_ns, or a pattern such as '%d/%m/%Y %H:%M' (default: auto).",
      valueName: "format"),
    transform: SettingText.timeFormat)
  var fileTimeFormat: FileTimeFormat?

  // It may begin with a minus sign.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The zone of times that name none: UTC, +02:00, Europe/Madrid (default: UTC).", valueName: "zone"),
    transform: SettingText.fileZone)
  var fileTimeZone: FileZone?

  @Option(
    name: [.customLong("delim"), .customLong("delimiter")],
    help: ArgumentHelp(
      "CSV: the character between fields; tab, \\x01 (default: found in the header).", valueName: "character"),
    transform: SettingText.delimiter)
  var delimiter: Unicode.Scalar?

  @Option(
    help: ArgumentHelp(
      "CSV: the character around fields; none: a quote is text (default: \").", valueName: "character"),
    transform: SettingText.quote)
  var quote: CSVOptions.Quote?

  @Option(
    help: ArgumentHelp(
      "CSV: the character before a quote inside quotes (default: the quote itself).", valueName: "character"),
    transform: SettingText.character)
  var escape: Unicode.Scalar?

  @Option(
    name: .customLong("nullstr"),
    help: ArgumentHelp("A text that means NULL, such as \\N; may be repeated.", valueName: "text"))
  var nullTexts: [String] = []

  @Option(
    help: ArgumentHelp("CSV: pass over so many lines at the front.", valueName: "n"), transform: SettingText.count)
  var skip: Int?

  @Option(
    help: ArgumentHelp("CSV: pass over lines that begin with this character.", valueName: "character"),
    transform: SettingText.character)
  var comment: Unicode.Scalar?

  @Flag(help: "CSV: fields that a line lacks at its end are NULL.")
  var nullPadding = false

  @Flag(inversion: .prefixedNo, help: "CSV: whether the first line names the columns.")
  var header: Bool?

  @Option(
    help: ArgumentHelp("CSV: the columns' names, with or instead of a header.", valueName: "a,b,…"),
    transform: SettingText.words)
  var names: [String]?

  @Flag(inversion: .prefixedNo, help: "CSV: whether blanks around values are taken off (default: no).")
  var trim: Bool?

  @Option(
    help: ArgumentHelp(
      "The encoding (default: utf-8, or utf-16 by its mark).",
      valueName: TextEncoding.allCases.map(\.rawValue).joined(separator: "|")),
    transform: { try SettingText.choice($0) })
  var encoding: TextEncoding?

  @Option(
    help: ArgumentHelp(
      "An access log's format: COMBINED, VCOMBINED, W3C, AWSALB, CADDY, … (docs/loading.md), or a string such as '%h - %e [%d:%t %^] \"%r\" %s %b \"%R\" \"%u\"' (default: found by the first lines).",
      valueName: "name|string"),
    transform: SettingText.logFormat)
  var logFormat: LogFormat?

  @Option(
    help: ArgumentHelp(
      "Who the user of an access log's line is (default: address+agent).",
      valueName: LogUser.allCases.map(\.rawValue).joined(separator: "|")),
    completion: .list(LogUser.allCases.map(\.rawValue)), transform: SettingText.logUser)
  var logUser: LogUser?

  @Option(
    help: ArgumentHelp("The methods of pageviews (default: GET,HEAD).", valueName: "list"),
    transform: SettingText.methods)
  var logMethods: [String]?

  @Option(
    help: ArgumentHelp(
      "The statuses of pageviews, such as 200-299,304 (default: below 400, without redirects).", valueName: "list"),
    transform: SettingText.statuses)
  var logStatus: [ClosedRange<Int>]?

  @Flag(help: "Redirects (300 to 399 other than 304) are pageviews, too.")
  var logRedirects = false

  @Option(
    help: ArgumentHelp(
      "Extensions of paths that are no pages; none: all are (default: css, js, png, … as docs/loading.md lists them).",
      valueName: "list"),
    transform: SettingText.suffixes)
  var logSkipSuffixes: [String]?

  @Option(
    help: ArgumentHelp("Whether the page has its query (default: cut).", valueName: "cut|keep"),
    transform: { try SettingText.choice($0) })
  var logQuery: PageRules.Query?

  @Flag(help: "Load an access log's requests of images, scripts and errors, too.")
  var allRequests = false

  @Flag(
    inversion: .prefixedNo,
    help: "Whether rows of one user and one time are numbered in the order of the file (default: for access logs).")
  var sequence: Bool?

  @Flag(
    name: .customLong("require-event-ids"),
    help: "Refuse a file without event ids instead of deriving them from the content.")
  var requireEventIDs = false

  @Option(
    help: ArgumentHelp(
      "With more faulty lines than this in a file, nothing of it is loaded: a count, or a share such as 5% (default: 10% of the first 1,000 lines).",
      valueName: "n|share"),
    transform: SettingText.faultLimit)
  var maxBad: FaultLimit?

  mutating func validate() throws {
    var seen: Set<FieldMapping.Field> = []
    for mapping in mappings where !seen.insert(mapping.field).inserted {
      let columns = mappings.filter { $0.field == mapping.field }.map(\.column)
      let field = mapping.field.rawValue
      throw ValidationError(
        "--map \(field) is there twice; several fields put together are --map '\(field)=\(columns.joined(separator: "+"))', "
          + "the first that is not empty --map '\(field)=\(columns.joined(separator: "|"))'")
    }
  }

  /// The first option that says how a text is read, which means nothing where DuckDB reads.
  var firstOfTexts: String? {
    let said: [(String, Bool)] = [
      ("--file-format", fileFormat != nil), ("--delim", delimiter != nil), ("--quote", quote != nil),
      ("--escape", escape != nil), ("--skip", skip != nil), ("--comment", comment != nil),
      ("--null-padding", nullPadding), ("--header", header != nil), ("--names", names != nil),
      ("--trim", trim != nil), ("--encoding", encoding != nil), ("--log-format", logFormat != nil),
      ("--log-user", logUser != nil), ("--log-methods", logMethods != nil), ("--log-status", logStatus != nil),
      ("--log-redirects", logRedirects), ("--log-skip-suffixes", logSkipSuffixes != nil),
      ("--log-query", logQuery != nil), ("--all-requests", allRequests),
    ]
    return said.first(where: \.1)?.0
  }

  /// What the options say, as the job file would say it.
  var settings: FileSettings {
    var settings = FileSettings()
    settings.preset = preset
    settings.format = fileFormat
    for mapping in mappings { settings.map[mapping.field] = mapping.column }
    settings.delimiter = delimiter
    settings.quote = quote
    settings.escape = escape
    settings.nullTexts = nullTexts.isEmpty ? nil : nullTexts
    settings.skip = skip
    settings.comment = comment
    settings.padsWithNull = nullPadding ? true : nil
    settings.hasHeader = header
    settings.names = names
    settings.trims = trim
    settings.encoding = encoding
    settings.timeFormat = fileTimeFormat
    settings.timeZone = fileTimeZone
    settings.logFormat = logFormat
    settings.logUser = logUser
    settings.logMethods = logMethods
    settings.logStatuses = logStatus
    settings.logRedirects = logRedirects ? true : nil
    settings.logSkippedSuffixes = logSkipSuffixes
    settings.logQuery = logQuery
    settings.allRequests = allRequests ? true : nil
    settings.only = only
    settings.sequence = sequence
    settings.requiresEventIDs = requireEventIDs ? true : nil
    settings.maxBad = maxBad
    return settings
  }
}
