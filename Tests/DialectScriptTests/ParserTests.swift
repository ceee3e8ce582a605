import DialectFiles
import Foundation
import SQLRendering
import SessionPlan
import Testing

/// A smoke test for dialects whose engines do not run here: a parser that knows them has nothing against their scripts.
/// It lets many a mistake pass, so that it proves no dialect.
@Suite struct ParserTests {
  /// What the parser calls a dialect, where that is another name; empty for none of its own. What it does not know is
  /// written otherwise for it: the rest of the statement still counts.
  struct Reading {
    var name: String
    var unknown: [(String, String)] = []
    /// Statements that are no SQL, or code around it.
    var skips: [String] = []
  }

  static let readings: [String: Reading] = [
    "sqlserver": Reading(name: "tsql"), "synapse": Reading(name: "tsql"), "greenplum": Reading(name: "postgres"),
    "ansi": Reading(name: "", unknown: [("SECOND(2, 6)", "SECOND")], skips: ["DAY(9) TO SECOND", "START TRANSACTION"]),
    "mariadb": Reading(name: "mysql", skips: ["DO get_lock", "DO release_lock"]),
    "mysql": Reading(name: "mysql", skips: ["DO get_lock", "DO release_lock", "PREPARE", "EXECUTE"]),
    // Commands of SQL*Plus, and blocks of PL/SQL.
    "oracle": Reading(name: "oracle", skips: ["WHENEVER", "EXECUTE IMMEDIATE", "DBMS_LOCK"]),
    "vertica": Reading(name: "postgres", unknown: [(" ENABLED", ""), (" // ", " / "), (" <=> ", " = ")]),
    "teradata": Reading(
      name: "teradata", unknown: [(" CHARACTER SET UNICODE)", ")"), (" DAY(4) TO SECOND(6))", ")")]),
    "exasol": Reading(name: "exasol", unknown: [(" ENABLE\n", "\n")]),
    // Labelled durations, and blocks around CREATE.
    "db2": Reading(
      name: "",
      unknown: [
        (") SECONDS", ")"), (") MICROSECONDS", ")"), (" CURRENT TIMEZONE", " 0"), (" CURRENT TIMESTAMP", " 0"),
      ],
      skips: ["CONTINUE HANDLER", "DECLARE GLOBAL TEMPORARY", "LOCK TABLE"]),
  ]

  /// Dialects of the project's own live tests need no parser.
  static let names = DialectLibrary().names.filter { !["sqlite", "sqlite-embedded", "postgres"].contains($0) }

  @Test(.enabled(if: PythonEngines.versions["sqlglot"] != nil), arguments: names)
  func scriptsCanBeParsed(name: String) throws {
    let dialect = try DialectLibrary().dialect(named: name).asScript
    let scripts = QueryScripts(dialect: dialect, planner: try Planner(.assumed(SessionJob()), profile: dialect.profile))
    let reading = Self.readings[name] ?? Reading(name: name)
    var statements: [String] = []
    for script in QueryScripts.Script.allCases {
      let text = try scripts.text(script).replacing("{{ start_time }}", with: "2020-02-02 00:00:00")
        .replacing("{{ end_time }}", with: "2020-02-03 00:00:00")
      statements += ScriptedHistory.statements(text, dialect)
    }
    let read = statements.filter { sql in !reading.skips.contains { sql.contains($0) } }.map { sql in
      reading.unknown.reduce(sql) { $0.replacing($1.0, with: $1.1) }
    }
    #expect(read.count >= 12, "\(read.count) of \(statements.count) are read")
    let faults = try PythonEngines.faults(in: read, reading.name)
    #expect(faults.isEmpty, "\(name): \(faults.joined(separator: "\n\n"))")
  }

  /// The parser sees that something is wrong with what is.
  @Test(.enabled(if: PythonEngines.versions["sqlglot"] != nil)) func theParserFindsFault() throws {
    let wrong = ["SELECT 1 FROM (SELECT 2", "INSERT INTO t (a, b SELECT 1, 2", "SELECT a b c FROM t"]
    #expect(try PythonEngines.faults(in: wrong, "snowflake").count == 3)
  }
}
