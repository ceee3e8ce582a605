internal import Foundation
internal import SQLRendering

/// Refuses texts of a user's dialect file that change or remove rows, or could.
///
/// A text is judged as it stands, comments and quoted parts too, so that it does not matter how an engine reads them:
/// no word that changes anything, and no SQL that is put together at run time. What the built-in dialects say for the
/// same key is allowed, as are the few forms in which such a word is harmless. It cannot know what a function does that
/// a text calls; only rights can.
enum TextGuard {
  /// What is wrong with a text; nil if nothing is.
  static func fault(in text: String, of path: String) -> String? {
    if builtInTexts[path]?.contains(normalized(text)) ?? false { return nil }
    var rest = " " + text + " "
    for form in harmless + (harmlessIn[path] ?? []) {
      rest = rest.replacingOccurrences(of: form, with: " ", options: [.regularExpression, .caseInsensitive])
    }
    // A word in one piece with letters of other scripts, or behind a number, is one for some engines.
    let words = rest.uppercased().split { !($0.isASCII && ($0.isLetter || $0 == "_")) }.map(String.init)
    guard let word = words.first(where: refused.contains) else { return nil }
    return
      "\(word) changes or removes something, or may: no text of a dialect may have it, even in a comment or a text; "
      + "the tool only inserts, and writes its INSERT itself"
  }

  private static let refused: Set<String> = [
    "UPDATE", "DELETE", "MERGE", "TRUNCATE", "UPSERT", "REPLACE", "DROP", "ALTER", "INSERT", "REVOKE", "RENAME",
    "GRANT",
    "COPY", "LOAD", "OVERWRITE", "PURGE", "VACUUM", "OPTIMIZE", "ATTACH", "DETACH", "EXEC", "EXECUTE", "PREPARE",
    "SP_EXECUTESQL", "DBMS_SQL", "SHUTDOWN", "KILL",
  ]

  /// Forms in which such a word changes no row, whatever the key.
  private static let harmless = [
    #"\breplace\s*\("#, #"\b(?:create\s+)?or\s+(?:replace|alter)\s+view\b"#, #"\A\s*replace\s+view\b"#,
    #"\bon\s+commit\s+(?:drop|delete\s+rows)\b"#, #"\balter\s+session\s+set\b"#,
    // A procedure by its name; one that takes SQL is refused by that.
    #"\bexec(?:ute)?\s+(?:@\w+\s*=\s*)?sp_(?:get|release)applock\b"#, #"\bexecute\s+immediate\s+\{statement_text\}"#,
  ]

  private static let dropsScratch =
    #"\A\s*drop\s+(?:temporary\s+|temp\s+)?table\s+(?:if\s+exists\s+)?(?:\w+\.)?\{name\}\s*\z"#

  /// Forms of single keys.
  private static let harmlessIn: [String: [String]] = [
    "tables.drop_scratch": [dropsScratch], "odbc.spool.drop": [dropsScratch],
    "odbc.spool.fill": [#"\binsert\s+into\s+\{name\}"#],
    "tables.create_key": [#"\A\s*alter\s+table\s+\{table\}\s+add\s+primary\s+key\b"#],
    // Only `upgrade` sends these, and no row is the less for it.
    "tables.add_column": [#"\A\s*alter\s+table\s+\{table\}\s+add(?:\s+column)?\s*\(?\{column\}\)?\s*\z"#],
    "tables.drop_view": [#"\A\s*drop\s+view\s+(?:if\s+exists\s+)?\{name\}\s*\z"#],
    "rights.grant_on_table": [#"\bgrant\s+\{rights\}\s+on\b"#],
    "rights.grant_on_schema": [
      #"\bexecute\s+format\(\s*'grant\s+usage\s+on\s[\w\s%,]*'"#, #"\bgrant\s+usage\s+on\b"#,
    ],
    "rights.grant_scratch_tables": [
      #"\bexecute\s+format\(\s*'grant\s+temporary\s+on\s[\w\s%,]*'"#,
      #"\bgrant\s+(?:create\s+)?temp(?:orary)?(?:\s+tables)?\s+on\b"#,
    ],
    // What is prepared there is never carried out.
    "rights.attempt_definition": [#"\A\s*prepare\s+\w+\s+from\s+\{statement_text\}\s*\z"#],
    // Only `erase` and `retain` send it, and put the guard back.
    "rights.lift_guard": [
      #"\A\s*drop\s+trigger\s+if\s+exists\s+(?:\{guard_(?:update|delete)\}|sessionizer_insert_only\s+on\s+\{table\})\s*\z"#
    ],
    "rights.guard_table": [
      #"\b(?:before|instead\s+of)\s+(?:update|delete|truncate)(?:\s+or\s+(?:update|delete|truncate))*\s+on\s+\{table(?:_name)?\}"#
    ],
  ]

  /// Keys whose texts no engine gets to see.
  static func isSent(_ path: String) -> Bool {
    !["traps.", "capabilities.", "profile.", "scripts.shell_command"].contains(where: path.hasPrefix)
  }

  // MARK: What the built-in dialects say

  private static func normalized(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static let builtInTexts: [String: Set<String>] = {
    var texts: [String: Set<String>] = [:]
    for entry in DialectEntry.builtIn {
      var found = ProblemList()
      guard let text = try? entry.text(),
        let file = DialectFile.read(text, path: entry.path, isTrusted: true, &found)
      else { continue }
      for (path, value) in file.values {
        value.forEachText(path) { texts[$0, default: []].insert(normalized($1)) }
      }
    }
    return texts
  }()
}

extension KeyValue {
  /// Every text in a value, with the path to it.
  func forEachText(_ path: String, _ body: (String, String) -> Void) {
    switch self {
    case .none, .integer, .flag: break
    case .text(let text): body(path, text)
    case .list(let texts): for text in texts { body(path, text) }
    case .mapping(let entries): for (name, value) in entries { value.forEachText(path + "." + name, body) }
    // What is wrong and what to do are for people.
    case .records(let records):
      for record in records { if let query = record["query"] { body(path + ".query", query) } }
    }
  }
}
