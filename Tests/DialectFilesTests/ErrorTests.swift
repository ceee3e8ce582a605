import DialectFiles
import Testing

/// Every mistake is one clear line: file, line, column, key, what is wrong, and what to do.
@Suite struct ErrorTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    /// Follows a right header of five lines.
    var body: String
    /// Without the file.
    var lines: [String]
    var testDescription: String { lines.first ?? "" }

    init(_ body: String, _ lines: String...) {
      self.body = body
      self.lines = lines
    }
  }

  static let header = "format: 1\nname: mine\ntitle: Mine 1\nextends: ansi\nevidence: assumed\n"

  static let mistakes = [
    // Wrong types.
    Mistake(
      "identifiers: {longest: many}\n", ":6:24: identifiers.longest: 'many' is no whole number from 8 to 65535"),
    Mistake("identifiers: {longest: 3}\n", ":6:24: identifiers.longest: '3' is no whole number from 8 to 65535"),
    Mistake(
      "literals:\n  escapes_backslash: maybe\n", ":7:22: literals.escapes_backslash: 'maybe' is neither true nor false"),
    Mistake(
      "types:\n  text: [a, b]\n", ":7:9: types.text: expected a single value such as 'text', found a list"),
    Mistake(
      "literals: {'null': NULL}\n",
      ":6:20: literals.null: expected a text such as 'CAST(NULL AS {type})', found nothing; quote a word such as 'NULL', or write ''"
    ),
    Mistake(
      "profile: {steps: in_line}\n",
      ":6:18: profile.steps: 'in_line' is not one of scratch_tables, few_scratch_tables, long_scratch_tables, inline; did you mean inline?"
    ),
    Mistake(
      "rights: {guard_table: LOCK}\n",
      ":6:23: rights.guard_table: expected a list such as ['CREATE TRIGGER {guard_update} BEFORE UPDATE ON {table} SIGNAL '{message}'']"
    ),
    Mistake("tables: nothing\n", ":6:9: tables: expected a mapping such as create_table: …, found a single value"),
    Mistake("evidence: seen\n", ":5:1: evidence: the key is there twice (here for the first time); keep one"),
    Mistake(
      "capabilities: {sha256: perhaps}\n",
      ":6:24: capabilities.sha256: 'perhaps' is not one of full, emulated, unsupported, unknown"),
    Mistake(
      "capabilities: {sha256: {state: full, evidence: seen}}\n",
      ":6:48: capabilities.sha256.evidence: 'seen' is not one of tested live, documented, assumed"),
    Mistake(
      "capabilities:\n  sha256: {status: full}\n",
      ":7:12: capabilities.sha256.status: unknown key; did you mean state?"),
    // Unknown keys.
    Mistake(
      "idents: {}\n",
      ":6:1: idents: unknown key; known here: format, name, title, extends, evidence, inherited_evidence, documentation, smoke_test, profile, capabilities, identifiers, literals, types, tables, rights, queries, scripts, session, catalog, odbc, adbc, templates, traps"
    ),
    Mistake("tables: {create_tabel: x}\n", ":6:10: tables.create_tabel: unknown key; did you mean create_table?"),
    Mistake(
      "queries: {create_table: x}\n", ":6:11: queries.create_table: unknown key; create_table belongs under tables:"),
    Mistake("types: {title: x}\n", ":6:9: types.title: unknown key; title belongs to the top level"),
    Mistake("templates: {dayy: x}\n", ":6:13: templates.dayy: unknown key; did you mean day?"),
    // Templates.
    Mistake(
      "templates: {day: 'date({b})'}\n", ":6:18: templates.day: unknown placeholder {b}; there are {a}"),
    Mistake(
      "templates: {server_now: 'now({a})'}\n",
      ":6:25: templates.server_now: unknown placeholder {a}; this template has none"),
    Mistake("templates: {day: 'date()'}\n", ":6:18: templates.day: the template lacks the placeholder {a}"),
    Mistake(
      "tables:\n  create_view: CREATE VIEW {name}\n",
      ":7:16: tables.create_view: the template lacks the placeholder {query} or {query_text}"),
    Mistake(
      "session: {lock_timeout: SET x}\n",
      ":6:25: session.lock_timeout: the template lacks the placeholder {seconds} or {milliseconds}"),
    Mistake(
      "rights: {guard_table: ['LOCK {tabel}']}\n",
      ":6:24: rights.guard_table: unknown placeholder {tabel}; there are {table}, {table_name}, {table_text}, {function}, {guard_update}, {guard_delete}, {message}"
    ),
    Mistake(
      "session: {job_lock: {acquire: SELECT 1}}\n",
      ":6:1: session.job_lock.release: missing answer; the statement that releases the lock"),
    Mistake(
      "session: {job_lock: table}\n", ":6:21: session.job_lock: 'table' is not one of transaction, process"),
    // Traps.
    Mistake("traps: {T40: x}\n", ":6:9: traps.T40: no such trap; they are T01 to T39"),
    Mistake(
      "traps: {T05: ''}\n",
      ":6:14: traps.T05: unanswered trap: Texts that differ compare as equal: case, accents, trailing blanks."),
    // Evidence.
    Mistake(
      "traps: {T05: {answer: x, evidence: documented}}\n",
      ":6:14: traps.T05: documented where? add page:, or documentation: for the whole file"),
    // Several at once, in the file's order.
    Mistake(
      "types: {integer: [], txt: x}\ntraps: {T99: x}\n",
      ":6:18: types.integer: expected a single value such as 'bigint', found a list",
      ":6:22: types.txt: unknown key; did you mean text?", ":7:9: traps.T99: no such trap; they are T01 to T39"),
  ]

  private func problems(_ text: String, name: String = "mine") throws -> [String] {
    let folder = try Folder()
    let path = try folder.file(name + ".yaml", text)
    return problems(file: path)
  }

  private func problems(file path: String) -> [String] {
    let error = #expect(throws: DialectFileError.self) {
      var library = DialectLibrary()
      let name = try library.add(file: path)
      _ = try library.dialect(named: name)
    }
    #expect(error?.description == error?.problems.map(\.description).joined(separator: "\n"))
    let lines = error?.problems.map { $0.description.replacing(path, with: "") } ?? []
    #expect(lines.allSatisfy { !$0.contains("\n") && $0.utf8.count < 500 })
    return lines
  }

  @Test(arguments: mistakes) func aMistakeIsOneLine(mistake: Mistake) throws {
    #expect(try problems(Self.header + mistake.body) == mistake.lines)
  }

  @Test func theHeaderIsChecked() throws {
    let body = "extends: ansi\n"
    #expect(
      try problems("name: mine\ntitle: Mine\n" + body) == [
        ":1:1: format: missing answer; write format: 1, the version of this file's format"
      ])
    #expect(
      try problems("format: 1\nname: mine\n" + body) == [
        ":1:1: title: missing answer; write title: My Warehouse 3, with the version that the answers are for"
      ])
    #expect(try problems("format: 1\ntitle: Mine\n" + body) == [":1:1: name: missing answer; write name: my_warehouse"])
    #expect(
      try problems("format: 2\nname: mine\nnew_key: 1\n") == [
        ":1:9: format: format 2 is newer than what this tool reads (1); update sessionizer"
      ])
    #expect(
      try problems("format: one\nname: mine\ntitle: M\n" + body) == [
        ":1:9: format: 'one' is no version of the format; write 1"
      ])
    #expect(
      try problems("format: 1\nname: My DB\ntitle: M\n" + body) == [
        ":2:7: name: 'My DB' is no dialect's name: write lower-case letters, digits, - and _"
      ])
    #expect(
      try problems("format: 1\nname: postgres\ntitle: M\n" + body) == [
        ":2:1: name: postgres is the name of a built-in dialect; give yours another one, and let it extend postgres"
      ])
    #expect(
      try problems("format: 1\nname: mine\ntitle: M\nextends: ansi\nevidence: documented\n") == [
        ":5:1: evidence: documented where? add documentation: with the page"
      ])
  }

  /// A file that extends nothing answers everything.
  @Test func everyMissingAnswerIsNamed() throws {
    let lines = try problems("format: 1\nname: mine\ntitle: Mine\n\nidentifiers:\n  open_quote: '\"'\n")
    let expected = DialectKey.all.filter { $0.standard == nil && $0.path != "identifiers.open_quote" }.map(\.path)
    #expect(lines.map { $0.split(separator: ": ")[1] } == expected.map { $0[...] })
    #expect(
      lines.contains(
        ":5:1: identifiers.longest: missing answer: The longest name in bytes of UTF-8; longer ones are refused before they are sent. For example: 63"
      ))
    #expect(lines.contains(":1:1: traps.T21: unanswered trap: How the first rows are taken. Answer it in one sentence"))
  }

  @Test func aFileThatIsNoDialectIsNotReadFurther() throws {
    let folder = try Folder()
    let cases: [(String, [UInt8], String)] = [
      ("empty", [], ": nothing is in it; see sessionizer dialect new"),
      ("comment", Array("# nothing\n".utf8), ": nothing is in it; see sessionizer dialect new"),
      ("list", Array("- a\n".utf8), ":1:1: expected a mapping such as name: my_warehouse, found a list"),
      ("latin", Array("name: b".utf8) + [0xF6] + Array("b\n".utf8), ":1: not valid UTF-8; save the file as UTF-8"),
      ("large", [UInt8](repeating: UInt8(ascii: "#"), count: 2 << 20), ": larger than 1 MiB; this is no dialect file"),
      (
        "brackets", Array("name: [\n".utf8),
        ":2:1: not valid YAML: while parsing a node in line 2, column 1\n, did not find expected node content"
      ),
    ]
    for (name, bytes, line) in cases {
      let path = try folder.file(name + ".yaml", bytes: bytes)
      let error = #expect(throws: DialectFileError.self) {
        var library = DialectLibrary()
        try library.add(file: path)
      }
      #expect(error?.isUnreadable == true)
      #expect(error?.problems.count == 1)
      let text = error?.description.replacing(path, with: "") ?? ""
      #expect(name == "brackets" ? text.hasPrefix(":2:1: not valid YAML: ") : text == line, "\(text)")
    }
    for path in [folder.path, folder.path + "/none.yaml"] {
      var library = DialectLibrary()
      let error = #expect(throws: DialectFileError.self) { try library.add(file: path) }
      #expect(error?.description.hasPrefix(path + ": cannot read the dialect file: ") == true)
    }
  }

  @Test func duplicateKeysAreRefused() throws {
    #expect(
      try problems(Self.header + "types:\n  text: a\n  text: b\n") == [
        ":7:3: text: the key is there twice (here for the first time); keep one"
      ])
  }

  // MARK: extends

  @Test func anUnknownParentIsNamed() throws {
    #expect(
      try problems("format: 1\nname: mine\ntitle: M\nextends: postgers\n") == [
        ":4:10: extends: no dialect 'postgers' to extend; did you mean postgres?"
      ])
  }

  @Test func aCycleIsNamed() throws {
    #expect(
      try problems("format: 1\nname: mine\ntitle: M\nextends: mine\n") == [
        ":4:10: extends: a cycle: mine → mine; one of them must extend another, or nothing"
      ])
    let folder = try Folder()
    func file(_ name: String, _ parent: String) throws -> String {
      try folder.file(name + ".yaml", "format: 1\nname: \(name)\ntitle: T\nextends: \(parent)\n")
    }
    let path = try file("a", "b")
    _ = try file("b", "c")
    let last = try file("c", "a")
    let error = #expect(throws: DialectFileError.self) {
      try DialectLibrary(folders: [folder.path]).dialect(named: "a")
    }
    #expect(
      error?.description == last + ":4:10: extends: a cycle: a → b → c → a; one of them must extend another, or nothing"
    )
    _ = path
  }

  /// Both the file's and its parent's, each with its own place.
  @Test func mistakesOfTheParentAreNamedToo() throws {
    let folder = try Folder()
    let parent = try folder.file("parent.yaml", "format: 1\nname: parent\ntitle: P\nextends: ansi\ntypes: {txt: x}\n")
    let child = try folder.file("child.yaml", "format: 1\nname: child\ntitle: C\nextends: parent\ntypes: {integr: x}\n")
    let error = #expect(throws: DialectFileError.self) {
      try DialectLibrary(folders: [folder.path]).dialect(named: "child")
    }
    #expect(
      error?.problems.map(\.description) == [
        child + ":5:9: types.integr: unknown key; did you mean integer?",
        parent + ":5:9: types.txt: unknown key; did you mean text?",
      ])
  }

  @Test func aFileOnThePathIsCalledAsItSays() throws {
    let folder = try Folder()
    let path = try folder.file("one.yaml", "format: 1\nname: two\ntitle: T\nextends: ansi\n")
    let error = #expect(throws: DialectFileError.self) {
      try DialectLibrary(folders: [folder.path]).dialect(named: "one")
    }
    #expect(error?.description == path + ":2:1: name: the file is called one.yaml; give both the same name")
  }
}
