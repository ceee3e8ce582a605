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
      chosen?.description
        == "no target has this name; j.yml has dev, prod, test; did you mean prod?; a URL looks like sqlite:PATH")
    let standard = #expect(throws: JobFileError.self) {
      try file("targets: {a: 'sqlite:x'}\ntarget: b").target(nil, environment: [:])
    }
    #expect(standard?.description == "j.yml:2:9: target: no target has this name; there are a; did you mean a?")
    let none = #expect(throws: TargetChoiceError.self) { try file("").target(nil, environment: [:]) }
    #expect(none?.isMissing == true)
  }

  /// What a variable holds is one value, whatever is in it.
  @Test(arguments: [
    ("postgres://me:${V}@db/web", "postgres://me:%40%2F%23%25%3F%3A%20%27%5C%3B%7B%7D@db/web"),
    ("postgres://${V}:x@db/web", "postgres://%40%2F%23%25%3F%3A%20%27%5C%3B%7B%7D:x@db/web"),
    ("postgres://db/web?password=${V}", "postgres://db/web?password=%40%2F%23%25%3F%3A%20%27%5C%3B%7B%7D"),
    ("postgres://db/${V}?sslmode=require", "postgres://db/%40%2F%23%25%3F%3A%20%27%5C%3B%7B%7D?sslmode=require"),
    ("postgres:host=db password=${V} port=1", #"postgres:host=db password=@/#%?:\ \'\\;{} port=1"#),
    ("postgres:host=db password='${V}'", #"postgres:host=db password='@/#%?:\ \'\\;{}'"#),
    ("odbc+mariadb:DSN=x;PWD=${V};UID=me", #"odbc+mariadb:DSN=x;PWD={@/#%?: '\;{}}};UID=me"#),
    ("odbc+mariadb:DSN=x;PWD={${V}};UID=me", #"odbc+mariadb:DSN=x;PWD={@/#%?: '\;{}}};UID=me"#),
    ("odbc+mariadb:DSN=x;PWD=a${V}b", #"odbc+mariadb:DSN=x;PWD={a@/#%?: '\;{}}b}"#),
    ("odbc:PWD= ${V} ;DSN=x", #"odbc:PWD={@/#%?: '\;{}}};DSN=x"#),
    ("sqlite:${V}/a.db", #"sqlite:@/#%?: '\;{}/a.db"#),
  ])
  func valuesAreEncoded(template: String, expected: String) throws {
    let text = try TargetTemplate(template).resolved(["V": #"@/#%?: '\;{}"#])
    #expect(text == expected)
  }

  /// A variable that is a whole target, a host, or a list of settings stays as it is.
  @Test(arguments: [
    ("${V}", "postgres://me:p%40x@db:5432/web", "postgres://me:p%40x@db:5432/web"),
    ("postgres://me@${V}/web", "a.example:5432,[::1]:5433", "postgres://me@a.example:5432,[::1]:5433/web"),
    ("postgres://${V}/web?user=me@shop", "a.example:5432", "postgres://a.example:5432/web?user=me@shop"),
    ("postgres://db/web?${V}", "sslmode=require&user=me", "postgres://db/web?sslmode=require&user=me"),
    ("postgres:${V}", "host=db user=me", "postgres:host=db user=me"),
    ("odbc:${V}", "DSN=x;UID=me", "odbc:DSN=x;UID=me"),
    ("odbc:DSN=x;${V}", "UID=me;PWD=x", "odbc:DSN=x;UID=me;PWD=x"),
    ("odbc:DSN=x;PWD=${V};UID=a", "plain'text", "odbc:DSN=x;PWD=plain'text;UID=a"),
  ])
  func listsAreNot(template: String, value: String, expected: String) throws {
    #expect(try TargetTemplate(template).resolved(["V": value]) == expected)
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
