import DialectFiles
import SQLRendering
import Testing

@Suite struct InheritanceTests {
  private func dialect(_ yaml: String, extending parent: String? = nil) throws -> Dialect {
    let folder = try Folder()
    if let parent { try folder.file("parent.yaml", parent) }
    var library = DialectLibrary()
    try library.add(file: folder.file("child.yaml", "format: 1\nname: child\ntitle: Child 1\n" + yaml))
    return try library.dialect(named: "child")
  }

  @Test func aChildReplacesWhatItAnswers() throws {
    let parent = try DialectLibrary().dialect(named: "postgres")
    let child = try dialect(
      """
      extends: postgres
      identifiers: {longest: 31}
      tables: {create_index: ~, scratch_name: 'mine.{name}'}
      rights: {guard_table: ["LOCK {table}"]}
      templates: {sha256: ~, day: 'date({a})'}
      """)
    #expect(child.identifiers.longest == 31 && child.identifiers.openQuote == parent.identifiers.openQuote)
    #expect(child.tables.createIndex == nil && child.tables.scratchName == "mine.{name}")
    #expect(child.tables.createTable == parent.tables.createTable)
    #expect(child.rights.guardTable == ["LOCK {table}"])
    #expect(child.templates[.sha256] == nil && child.templates[.day] == "date({a})")
    #expect(child.templates.count == parent.templates.count - 1)
    #expect(child.name == "child" && child.title == "Child 1")
  }

  /// Mappings are merged by key, and a mapping that a word replaces is gone.
  @Test func mappingsAreMerged() throws {
    let parent = """
      format: 1
      name: parent
      title: Parent
      extends: ansi
      session:
        job_lock: {acquire: SELECT 1, release: SELECT 2, holder: SELECT 3}
      odbc:
        attributes: {one: [A=1], two: [B=2]}
      """
    let child = try dialect(
      "extends: parent\nsession: {job_lock: {holder: ~}}\nodbc: {attributes: {two: [], three: [C=3]}}",
      extending: parent)
    #expect(child.session.jobLock == .statements(acquire: "SELECT 1", release: "SELECT 2", holder: nil))
    #expect(child.odbc.attributes == ["one": ["A=1"], "two": [], "three": ["C=3"]])
    let other = try dialect("extends: parent\nsession: {job_lock: transaction}", extending: parent)
    #expect(other.session.jobLock == .transaction)
    let none = try dialect("extends: parent\nsession: {job_lock: ~}", extending: parent)
    #expect(none.session.jobLock == nil)
  }

  // MARK: Evidence

  /// What is known of one engine is only assumed of the next.
  @Test func inheritedEvidenceIsAssumed() throws {
    let child = try dialect("extends: postgres\nevidence: tested live\ntraps: {T01: as before}")
    #expect(child.evidence == .testedLive)
    #expect(child.traps[.subqueryPlacement] == .init("as before", .testedLive))
    #expect(child.answers(with: .testedLive) == 1 && child.answers(with: .documented) == 0)
    #expect(child.support(for: .enforcedKeys) == .init(.full, .assumed))
  }

  /// What was translated and played was the parent's SQL.
  @Test func aSmokeTestIsOfOneDialectOnly() throws {
    let parent = """
      format: 1
      name: parent
      title: Parent
      extends: postgres
      inherited_evidence: tested live
      smoke_test: parsed by nobody
      """
    let child = try dialect("extends: parent\ninherited_evidence: tested live", extending: parent)
    #expect(child.smokeTest == nil)
    let again = try dialect("extends: parent\nsmoke_test: parsed by somebody", extending: parent)
    #expect(again.smokeTest == "parsed by somebody" && again.evidence == .assumed)
  }

  @Test func aFileMayKeepWhatItExtendsButNotMore() throws {
    let parent = """
      format: 1
      name: parent
      title: Parent
      extends: postgres
      evidence: documented
      documentation: https://example.com/docs
      traps: {T01: one, T02: {answer: two, evidence: assumed}, T03: {answer: three, evidence: tested live}}
      """
    let child = try dialect("extends: parent\ninherited_evidence: documented", extending: parent)
    #expect(child.evidence == .assumed)
    let traps = child.traps
    #expect(traps[.subqueryPlacement] == .init("one", .documented, page: "https://example.com/docs"))
    #expect(traps[.timeDifference] == .init("two", .assumed))
    #expect(traps[.timestampPrecision]?.evidence == .documented)
    #expect(traps[.sessionTimeZone]?.evidence == .assumed)
  }

  /// An answer of the parent that was seen to hold here too; a new answer does not keep the old one's evidence.
  @Test func evidenceOfItsOwn() throws {
    let child = try dialect(
      """
      extends: postgres
      traps:
        T05: {evidence: tested live}
        T06: {evidence: documented, page: https://example.com/collations}
        T07: another answer
      capabilities:
        sha256: {evidence: tested live}
        late_keys: unsupported
      """)
    let parent = try DialectLibrary().dialect(named: "postgres")
    #expect(child.traps[.textEquality] == .init(parent.traps[.textEquality]?.text ?? "", .testedLive))
    #expect(child.traps[.textOrder]?.page == "https://example.com/collations")
    #expect(child.traps[.windowFrame] == .init("another answer", .assumed))
    #expect(child.support(for: .sha256) == .init(.full, .testedLive))
    #expect(child.support(for: .lateKeys) == .init(.unsupported, .assumed))
  }

  @Test func theProfileFollowsTheCapabilities() throws {
    let child = try dialect(
      "extends: postgres\ncapabilities: {sha256: emulated, enforced_keys: unknown, late_keys: unsupported}")
    #expect(child.profile.hasSHA256 && !child.profile.enforcesKeys && !child.profile.buildsKeysLate)
    #expect(child.profile.dialect == "child")
  }

  // MARK: Where files are found

  @Test func filesAreFoundInOrder() throws {
    func text(_ name: String, _ title: String, _ more: String = "extends: ansi") -> String {
      "format: 1\nname: \(name)\ntitle: \(title)\n\(more)\n"
    }
    let first = try Folder()
    let second = try Folder()
    try first.file("a.yaml", text("a", "first"))
    try second.file("a.yaml", text("a", "second"))
    try second.file("b.yaml", text("b", "second", "extends: a"))
    try second.file("ansi.yaml", text("ansi", "not this one"))
    try second.file("A B.yaml", text("a", "no dialect's name"))
    var library = DialectLibrary(folders: [first.path, "/nowhere", second.path])
    #expect(try library.dialect(named: "a").title == "first")
    // Its own folder comes first for what a file extends.
    #expect(try library.dialect(named: "b").title == "second")
    #expect(library.names == DialectLibrary().names + ["a", "b"])
    #expect(library.hiddenFiles == [second.path + "/ansi.yaml"])
    #expect(try library.dialect(named: "ansi").title != "not this one")
    let named = try Folder()
    #expect(try library.add(file: named.file("x.yml", text("a", "named"))) == "a")
    #expect(try library.dialect(named: "a").title == "named")
  }

  @Test func aDriversNameForAnEngineFindsItsDialect() throws {
    let folder = try Folder()
    try folder.file(
      "mine.yaml", "format: 1\nname: mine\ntitle: Mine\nextends: ansi\nsession: {products: [My Engine, Other]}\n")
    try folder.file("broken.yaml", "format: 1\nname: broken\n")
    let library = DialectLibrary(folders: [folder.path])
    #expect(library.dialect(forProduct: "my engine")?.name == "mine")
    #expect(library.dialect(forProduct: "nobody's") == nil)
  }
}
