public import SQLRendering
internal import SessionPlan

/// SQLite's answers.
///
/// Times in tables are ISO text in UTC, so that people can read them; arithmetic is on whole microseconds (trap T02:
/// `julianday` is a float, `strftime('%s')` truncates).
public enum SQLiteDialect {
  public static let dialect = Dialect(
    name: "sqlite",
    title: "SQLite 3.40",
    evidence: .testedLive,
    profile: PlanProfile(
      steps: .scratchTables, islands: .positions, hasCorrelatedLookup: true, enforcesKeys: true, hasSHA256: true,
      hasArrivalColumn: true, hasNamedTimeZones: false, hasStrictTypes: false, buildsKeysLate: false),
    identifiers: .init(openQuote: "\"", closeQuote: "\"", longest: 255),
    literals: .init(escapesBackslash: false, timestamp: "{a}", null: "NULL"),
    types: .init(
      integer: "INTEGER", text: "TEXT", key: "TEXT", timestamp: "TEXT", instant: "INTEGER", flag: "INTEGER"),
    tables: .init(
      createTable: "CREATE TABLE IF NOT EXISTS {name} (\n{columns}\n)",
      createIndex: "CREATE INDEX IF NOT EXISTS {name} ON {table} ({columns})",
      createLongIndex: "CREATE INDEX IF NOT EXISTS {name} ON {table} ({columns})",
      createKey: nil,
      createView: "CREATE VIEW IF NOT EXISTS {name} AS\n{query}",
      growingColumn: "{name} INTEGER PRIMARY KEY",
      primaryKey: "PRIMARY KEY ({columns})",
      indexNameHasSchema: true,
      createScratch: "CREATE TEMP TABLE {name} (\n{columns}\n)",
      scratchName: "temp.{name}",
      positionColumn: "{name} INTEGER PRIMARY KEY",
      scratchKey: "{name} INTEGER PRIMARY KEY",
      scratchIndex: "CREATE INDEX temp.{name} ON {table} ({columns})",
      analyzeScratch: nil),
    rights: .init(
      grantOnTable: nil, grantOnSchema: nil, grantScratchTables: nil,
      guardTable: [
        "CREATE TRIGGER IF NOT EXISTS {guard_update} BEFORE UPDATE ON {table_name} BEGIN SELECT RAISE(ABORT, '{message}'); END",
        "CREATE TRIGGER IF NOT EXISTS {guard_delete} BEFORE DELETE ON {table_name} BEGIN SELECT RAISE(ABORT, '{message}'); END",
      ]),
    queries: .init(
      subqueriesInInsert: .beforeInsert, namedSubquery: "AS", lookupJoin: "CROSS JOIN", lookupSubquery: nil,
      leftLookupSubquery: nil,
      // A subquery with a LIMIT is not merged into one with a WHERE (SQLite's query flattener, restriction 19).
      computedOnceSuffix: "LIMIT -1", computedOnceCondition: "1", limit: "LIMIT {n}", nullsFirst: "", byteOrder: "",
      sum: "coalesce(sum({a}), 0)"),
    scripts: .init(begin: "BEGIN IMMEDIATE", commit: "COMMIT", shellCommand: "sqlite3 my.db < {file}"),
    session: session,
    odbc: odbc,
    templates: ownTemplates,
    traps: traps)

  /// The same with the steps as named subqueries and window functions: what `queries/sqlite` shows, since a script
  /// with scratch tables could be run only once in a session.
  public static let inlineDialect: Dialect = {
    var inline = dialect
    inline.profile.steps = .inline
    inline.profile.islands = .windows
    // Without the tool there are none of its functions.
    inline.profile.hasSHA256 = false
    inline.templates = templates
    return inline
  }()

  /// With scratch tables, and without functions that only the tool's own connection registers: for other ways to reach
  /// a database, such as ODBC.
  public static let plainDialect: Dialect = {
    var plain = dialect
    plain.profile.hasSHA256 = false
    plain.templates = templates
    return plain
  }()

  /// With the functions that the tool registers: only for statements that it carries out itself, never in a view.
  private static let ownTemplates: [Intent: String] = templates.merging([
    .instant: "sessionizer_micros({a})",
    .sourceTextTimeUTC: "sessionizer_time({a}, 0)",
    .sourceTextTime: "sessionizer_time({a}, {offset_seconds})",
  ]) { $1 }

  private static let templates: [Intent: String] = [
    .compareBytes: "{a} {op} {b}",
    .isSame: "{a} IS {b}",
    .isSameBytes: "{a} IS {b}",
    .gapExceeds: "{current} {op} {previous} + {microseconds}",
    .instant: "unixepoch(substr({a}, 1, 19)) * 1000000 + substr({a}, 21)",
    .timestamp: timestampOfMicroseconds,
    .shift: "{a} + ({microseconds})",
    .durationMicroseconds:
      "(unixepoch(substr({to}, 1, 19)) * 1000000 + substr({to}, 21)) - (unixepoch(substr({from}, 1, 19)) * 1000000 + substr({from}, 21))",
    .day: "substr({a}, 1, 10)",
    .serverNow: "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'",
    .sourceTextTimeUTC:
      "CASE\n  WHEN \(SQLiteTimes.isCanonical)\n  THEN {a}\n  WHEN {a} IS NULL OR {a} = '' THEN NULL\n  ELSE \(SQLiteTimes.parsed)\nEND",
    .sourceTextTime: "CASE\n  WHEN {a} IS NULL OR {a} = '' THEN NULL\n  ELSE \(SQLiteTimes.parsed)\nEND",
    .sourceEpochSeconds: epoch("{a} * 1000000", unit: 1_000_000),
    .sourceEpochMilliseconds: epoch("{a} * 1000", unit: 1000),
    .sourceEpochMicroseconds: epoch("{a}", unit: 1),
    .isTextTimeOutOfRange: SQLiteTimes.isOutOfRange,
    .isEpochOutOfRange: "typeof({a}) = 'integer'",
    .divide: "{a} / {b}",
    .seconds: "{a} / 1000000.0",
    .concatenate: "{a} || {b}",
    .byteLength: "length(CAST({a} AS BLOB))",
    .sha256: "sessionizer_sha256({a})",
    .decimalText: "CAST({a} AS TEXT)",
    .timestampText: "{a}",
    // A column's own collation (NOCASE, RTRIM) must not decide which users are one.
    .sourceText: "CAST({a} AS TEXT) COLLATE BINARY",
    .sourceInteger: "CASE WHEN typeof({a}) = 'integer' THEN {a} END",
    .sourceFlag: "{a}",
  ]

  /// Microseconds `{a}` as ISO text; `%` truncates toward zero, so that times before 1970 need the second modulo.
  private static let timestampOfMicroseconds =
    "strftime('%Y-%m-%d %H:%M:%S', ({a} - (({a} % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch')"
    + " || printf('.%06d', (({a} % 1000000) + 1000000) % 1000000)"

  private static func epoch(_ microseconds: String, unit: Int64) -> String {
    let first = Timestamp.earliest.microseconds / unit
    let end = Timestamp.end.microseconds / unit
    let text = timestampOfMicroseconds.replacing("{a}", with: "(\(microseconds))")
    return "CASE WHEN typeof({a}) = 'integer' AND {a} >= (\(first)) AND {a} < \(end) THEN \(text) END"
  }
}
