import DialectFiles
import SQLRendering
import Testing

@Suite struct BuiltInTests {
  static let names = DialectLibrary().names

  @Test(arguments: names) func everyBuiltInDialectIsRead(name: String) throws {
    let dialect = try DialectLibrary().dialect(named: name)
    #expect(dialect.name == name)
    #expect(dialect.traps.count == Trap.allCases.count)
  }
}
