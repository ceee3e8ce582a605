import Testing
import WarehouseDriver
import YAMLReading

@testable import SessionizerCLI

@Suite struct TargetTests {
  static let yaml = """
    targets:
      dev: sqlite:dev.db
      prod: postgres://loader:${SECRET_${X}@db/web
      test: sqlite:${DIR}/a-$${b}-$c.db
    target: test
    """

  private func file(_ yaml: String = yaml) throws -> JobFile { try JobFile(yaml: yaml, path: "j.yml") }

  @Test func namedDefaultAndURL() throws {
    let environment = ["DIR": "/data/ü"]
    #expect(try file().target("dev", environment: [:]).rest == "dev.db")
    #expect(try file().target(nil, environment: environment).rest == "/data/ü/a-${b}-$c.db")
    #expect(try file().target("sqlite:${DIR}", environment: environment).rest == "${DIR}")
    #expect(try file().target("my.db", environment: [:]).rest == "my.db")
  }

  @Test func onlyTheSelectedTargetIsResolved() throws {
    #expect(throws: Never.self) { try file().target("dev", environment: [:]) }
  }

  @Test func unsetVariableIsNamedWithItsPlace() throws {
    let error = #expect(throws: JobFileError.self) { try file().target(nil, environment: [:]) }
    #expect(
      error?.description
        == "j.yml:4:9: targets.test: the variable DIR is not set; export DIR=… or choose another target")
  }

  @Test func emptyVariableIsSet() throws {
    #expect(try file().target(nil, environment: ["DIR": ""]).rest == "/a-${b}-$c.db")
  }

  @Test func oddVariable() throws {
    let error = #expect(throws: JobFileError.self) { try file().target("prod", environment: [:]) }
    #expect(error?.description.hasPrefix("j.yml:3:9: targets.prod: ${…} holds no variable's name") == true)
  }

  @Test func theOnlyTargetNeedsNoName() throws {
    #expect(try file("targets: {a: 'sqlite:x'}").target(nil, environment: [:]).rest == "x")
    #expect(throws: TargetChoiceError.self) {
      try file("targets: {a: 'sqlite:x', b: 'sqlite:y'}").target(nil, environment: [:])
    }
  }

  @Test func unknownNames() throws {
    let chosen = #expect(throws: TargetChoiceError.self) { try file().target("prd", environment: [:]) }
    #expect(
      chosen?.description == "no target is called 'prd'; j.yml has dev, prod, test; a URL looks like sqlite:PATH")
    let standard = #expect(throws: JobFileError.self) {
      try file("targets: {a: 'sqlite:x'}\ntarget: b").target(nil, environment: [:])
    }
    #expect(standard?.description == "j.yml:2:9: target: no target is called 'b'; there are a")
    let none = #expect(throws: TargetChoiceError.self) { try file("").target(nil, environment: [:]) }
    #expect(none?.isMissing == true)
  }

  @Test func secretsAreNotPrinted() throws {
    let file = try file("targets: {a: 'postgres://me:hunter2@db'}")
    var dumped = ""
    dump(file, to: &dumped)
    #expect(!dumped.contains("hunter2"))
    #expect(!"\(file)".contains("hunter2"))
    let wrong = try self.file("targets: {a: 'hunter2'}")
    let error = #expect(throws: JobFileError.self) { try wrong.target("a", environment: [:]) }
    #expect(error?.description.contains("hunter2") == false)
  }
}
