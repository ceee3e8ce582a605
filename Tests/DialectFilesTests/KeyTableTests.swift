import DialectFiles
import Foundation
import SQLRendering
import Testing

@Suite struct KeyTableTests {
  /// The example of each key can be written as it stands.
  @Test func everyExampleIsRight() throws {
    let folder = try Folder()
    for key in DialectKey.all {
      let text =
        "format: 1\nname: mine\ntitle: M\nextends: ansi\ndocumentation: https://example.com\n"
        + "\(key.section):\n  '\(key.name)': \(key.exampleText)\n"
      var library = DialectLibrary()
      try library.add(file: folder.file("mine.yaml", text))
      let value = key.value(in: try library.dialect(named: "mine"))
      if key.kind != .support, key.kind != .trap { #expect(value == key.example, "\(key.path)") }
    }
  }

  @Test func everyKeyIsExplainedInASentence() {
    for key in DialectKey.all {
      #expect(key.meaning.hasSuffix(".") && key.meaning.first?.isLowercase == false, "\(key.path): \(key.meaning)")
    }
    for section in DialectKey.sections { #expect(!DialectKey.meaning(ofSection: section).isEmpty) }
    #expect(Set(DialectKey.all.map(\.path)).count == DialectKey.all.count)
  }

  /// `docs/dialects.md` has the reference of all keys. `SESSIONIZER_UPDATE_GOLDEN=1` writes it anew.
  @Test func thePageIsTheTable() throws {
    let page = root.appending(path: "docs/dialects.md")
    let (begin, end) = ("<!-- keys: begin -->\n", "<!-- keys: end -->")
    let text = try String(contentsOf: page, encoding: .utf8)
    let start = try #require(text.range(of: begin)?.upperBound)
    let stop = try #require(text.range(of: end)?.lowerBound)
    let reference = "\n" + DialectReference.markdown + "\n"
    if ProcessInfo.processInfo.environment["SESSIONIZER_UPDATE_GOLDEN"] == "1" {
      try Data((text[..<start] + reference + text[stop...]).utf8).write(to: page)
    } else {
      #expect(text[start..<stop] == reference, "SESSIONIZER_UPDATE_GOLDEN=1 writes the page anew")
    }
  }
}
