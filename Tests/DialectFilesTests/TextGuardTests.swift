import Foundation
import SQLRendering
import Testing

@testable import DialectFiles

/// No text of a user's dialect changes or removes a row, wherever it stands and however it is hidden.
@Suite struct TextGuardTests {
  private func read(_ section: String, _ text: String) throws -> Dialect {
    let folder = try Folder()
    var library = DialectLibrary()
    let file = "format: 1\nname: mine\ntitle: M\nextends: postgres\n\(section):\n\(text)\n"
    try library.add(file: folder.file("mine.yaml", file))
    return try library.dialect(named: "mine")
  }

  @Test(arguments: [
    ("session", "  opening: ['DELETE FROM session_table']", "DELETE"),
    ("session", "  opening: ['SELECT 1', 'drop table x']", "DROP"),
    ("session", "  begin_run: [\"BEGIN; /* /* */ UPDATE t SET a = 1 -- */ */\"]", "UPDATE"),
    ("session", "  version: \"EXECUTE 'DEL' || 'ETE FROM t'\"", "EXECUTE"),
    ("session", "  explain: 'EXPLAIN {query}; TRUNCATE t'", "TRUNCATE"),
    ("session", "  job_lock: {acquire: 'SELECT 1', release: 'MERGE INTO t USING u ON 1 = 1'}", "MERGE"),
    (
      "session",
      "  requirements: [{query: 'SELECT 1; ALTER TABLE t DROP COLUMN a', problem: p, remedy: r}]", "ALTER"
    ),
    ("tables", "  create_view: 'DROP VIEW {name}; CREATE VIEW {name} AS {query}'", "DROP"),
    ("tables", "  drop_scratch: 'DROP TABLE {name}, session_table'", "DROP"),
    ("tables", "  create_key: 'ALTER TABLE {table} DROP CONSTRAINT x, ADD PRIMARY KEY ({columns})'", "ALTER"),
    ("rights", "  grant_on_table: 'GRANT {rights} ON {table} TO {role}; GRANT DELETE ON {table} TO {role}'", "GRANT"),
    ("rights", "  guard_table: ['DELETE FROM {table}']", "DELETE"),
    ("catalog", "  tables: 'DELETE FROM t RETURNING {name}, {namespace}'", "DELETE"),
    ("templates", "  day: '(WITH d AS (DELETE FROM t RETURNING a) SELECT {a})'", "DELETE"),
  ])
  func whatChangesIsRefused(section: String, text: String, word: String) throws {
    let error = #expect(throws: DialectFileError.self) { try read(section, text) }
    let line = error?.problems.first?.description ?? ""
    #expect(line.contains("mine.yaml:6:") && line.contains("\(word) changes or removes"), "\(line)")
  }

  @Test(arguments: [
    ("session", "  opening: ['ALTER SESSION SET TIMEZONE = 0']"),
    ("tables", "  create_view: 'CREATE OR REPLACE VIEW {name} AS {query}'"),
    ("tables", "  drop_scratch: 'DROP TABLE IF EXISTS temp.{name}'"),
    ("templates", "  day: replace(CAST({a} AS date), '/', '-')"),
    ("rights", "  guard_table: ['CREATE TRIGGER {guard_update} BEFORE UPDATE OR DELETE ON {table} x']"),
    ("traps", "  T01: no DELETE anywhere"),
  ])
  func whatDoesNotIsLeft(section: String, text: String) throws {
    #expect(throws: Never.self) { try read(section, text) }
  }

  /// A file may say again what a built-in dialect says, and extend any of them.
  @Test func builtInTextsAreAllowed() throws {
    for entry in DialectEntry.builtIn {
      let dialect = DialectLibrary.builtIn(entry.name)
      for key in DialectKey.all where TextGuard.isSent(key.path) {
        key.value(in: dialect).forEachText(key.path) { path, text in
          #expect(TextGuard.fault(in: text, of: path) == nil, "\(entry.name) \(path)")
        }
      }
    }
  }
}
