import DialectFiles
import Foundation
import SQLRendering
import Testing

@Suite struct BuiltInTests {
  static let library = DialectLibrary()
  static let names = library.names

  @Test(arguments: names) func isConformant(name: String) throws {
    let dialect = try Self.library.dialect(named: name)
    #expect(dialect.name == name)
    #expect(dialect.traps.count == Trap.allCases.count)
    #expect(dialect.capabilities.count == Capability.allCases.count)
    let check = DialectCheck(dialect)
    #expect(check.problems.isEmpty)
    #expect(check.statements > 500)
  }

  /// Every file of the repository is in the binary, and no other.
  @Test func everyFileIsBuiltIn() throws {
    var files: [String: Data] = [:]
    let folders =
      try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Backends").path)
      .map { "Backends/\($0)/Dialects" } + ["Sources/DialectFiles/Dialects"]
    for folder in folders.map({ root.appending(path: $0) }) {
      for file in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      where file.hasSuffix(".yaml") {
        files[String(file.dropLast(5))] = try Data(contentsOf: folder.appending(path: file))
      }
    }
    #expect(Set(files.keys) == Set(Self.names))
    for entry in Self.library.entries {
      let bytes = Data(try entry.text().utf8)
      #expect(entry.isBuiltIn && files[entry.name] == bytes, "\(entry.name)")
    }
  }

  /// Every answer survives being written and read again.
  @Test(arguments: names) func survivesWriting(name: String) throws {
    var dialect = try Self.library.dialect(named: name)
    dialect.name = "copy"
    dialect.scripts.instead = nil
    let folder = try Folder()
    var library = DialectLibrary()
    try library.add(file: folder.file("copy.yaml", DialectText.resolved(dialect)))
    let copy = try library.dialect(named: "copy")
    for key in DialectKey.all { #expect(key.value(in: copy) == key.value(in: dialect), "\(key.path)") }
    #expect(copy.title == dialect.title && copy.evidence == dialect.evidence)
    #expect(copy.documentation == dialect.documentation)
  }

  /// Somebody who begins with a template has a dialect that is right and claims nothing.
  @Test(arguments: names) func aTemplateIsRight(name: String) throws {
    let parent = try Self.library.dialect(named: name)
    let text = DialectText.template(name: "mine", extending: parent)
    let folder = try Folder()
    var library = DialectLibrary()
    try library.add(file: folder.file("mine.yaml", text))
    let mine = try library.dialect(named: "mine")
    #expect(mine.evidence == .assumed && mine.answers(with: .testedLive) == 0 && mine.answers(with: .documented) == 0)
    for key in DialectKey.all {
      if key.kind == .trap || key.kind == .support { continue }
      #expect(key.value(in: mine) == key.value(in: parent), "\(key.path)")
      #expect(text.contains("  # \(key.name):") || text.contains("  # '\(key.name)':"), "\(key.path)")
    }
    // All its answers are its parent's; that one check reads a template is enough.
    if name == "ansi" { #expect(DialectCheck(mine).isConformant) }
  }
}
