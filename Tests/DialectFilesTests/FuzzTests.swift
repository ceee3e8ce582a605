import TestNeeds
import Testing

@testable import DialectFiles

/// Whatever stands in a dialect file: it is read, or each problem is one line with its place.
@Suite struct FuzzTests {
  @Test func `any dialect file`() throws {
    let built = try ["postgres", "mariadb", "sail"].compactMap { name in
      try DialectEntry.builtIn.first { $0.name == name }?.text()
    }
    let texts = FuzzedTexts(
      [
        ErrorTests.header
          + """
          identifiers: {quote: '"', longest: 63, escape: '""'}
          literals: {escapes_backslash: true, text: "'{text}'"}
          session:
            opening: [SET x = 1]
            errors: {'1044': permission}
          tables:
            create_table: |-
              CREATE TABLE {name} ({columns})
          traps: {T01: yes}
          """
      ] + built.map { String($0.prefix(4000)) },
      pieces: [
        ": ", "- ", "{", "[", "]", "&a ", "*a", "!!", "|", ">", "'", "\"", "#", "? ", "<<", "%", "{table}", "DELETE ",
      ])
    let faults = texts.read { text in
      var found = ProblemList()
      _ = DialectFile.read(text, path: "mine.yaml", &found)
      for error in found.problems {
        try WrongAnswer.check(error)
        if !error.description.hasPrefix("mine.yaml") { throw WrongAnswer("no place: \(error)") }
      }
    }
    #expect(faults.isEmpty, "\(faults)")
  }
}
