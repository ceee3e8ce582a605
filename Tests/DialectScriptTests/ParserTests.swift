import DialectFiles
import Foundation
import SQLRendering
import SessionPlan
import TestNeeds
import Testing

/// A smoke test for dialects whose engines do not run here: two parsers that know them have nothing against their
/// scripts. They let many a mistake pass, so that they prove no dialect.
@Suite struct ParserTests {
  /// Of the dialects with a live test, the first parser reads those whose words are their own.
  static let live = ["mariadb", "duckdb"]
  static let readings =
    TranslationTests.withoutEngine.flatMap { name in PythonEngines.parsers.map { Reading(parser: $0, dialect: name) } }
    + live.map { Reading(parser: PythonEngines.parsers[0], dialect: $0) }

  struct Reading: CustomTestStringConvertible, Sendable {
    var parser: String
    var dialect: String
    var testDescription: String { "\(dialect) by \(parser)" }
  }

  @Test(.needs(PythonEngines.parsersAbsence), arguments: readings)
  func scriptsCanBeParsed(_ reading: Reading) throws {
    let dialect = try DialectLibrary().dialect(named: reading.dialect).asScript
    let scripts = QueryScripts(dialect: dialect, planner: try Planner(.assumed(SessionJob()), profile: dialect.profile))
    var statements: [String] = []
    for script in QueryScripts.Script.allCases {
      let text = try scripts.text(script).replacing("{{ dataset }}", with: "d").replacing(
        "{{ start_time }}", with: "2020-02-02 00:00:00"
      )
      .replacing("{{ end_time }}", with: "2020-02-03 00:00:00")
      for statement in ScriptedHistory.statements(text, dialect) where !statements.contains(statement) {
        statements.append(statement)
      }
    }
    let parsed = try PythonEngines.parse(statements, as: reading.dialect, by: reading.parser)
    #expect(parsed.read * 2 >= statements.count, "\(parsed.read) of \(statements.count) are read")
    #expect(parsed.faults.isEmpty, "\(reading.testDescription): \(parsed.faults.joined(separator: "\n\n"))")
    #expect(parsed.unused.isEmpty, "\(reading.testDescription): parsers.py has what no statement needs")
  }

  /// A parser sees that something is wrong with what is.
  @Test(.needs(PythonEngines.parsersAbsence), arguments: PythonEngines.parsers)
  func theParserFindsFault(parser: String) throws {
    let wrong = ["SELECT 1 FROM (SELECT 2", "INSERT INTO t (a, b SELECT 1, 2", "SELECT a b c FROM t"]
    #expect(try PythonEngines.parse(wrong, as: "snowflake", by: parser).faults.count == 3)
  }
}
