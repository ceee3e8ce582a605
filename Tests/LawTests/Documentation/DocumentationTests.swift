import Foundation
import MariaDBServer
import PostgresServer
import PrivateServer
import TestNeeds
import Testing

/// What the pages say is done, literally, and what they show is printed.
@Suite(.fewAtOnce) struct DocumentationTests {
  /// Every page under docs is one of ours, or is written from the help texts.
  @Test func noPageIsForgotten() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: "docs").path)
    let withCommands = try files.filter { $0.hasSuffix(".md") && $0 != "cli.md" }.filter {
      try String(contentsOf: Repository.root.appending(path: "docs/\($0)"), encoding: .utf8).contains("\n```")
    }
    #expect(Set(withCommands.map { "docs/\($0)" }).subtracting(DocumentedPage.allCases.map(\.path)) == [])
  }

  /// A block is carried out, or says why it is not.
  @Test(arguments: DocumentedPage.allCases) func everyBlockSaysWhatItIsFor(page: DocumentedPage) throws {
    #expect(try DocumentScript(page).unexplained == [])
  }

  /// Skipped with the names of those that are not.
  @Test(.needs(DocumentedPage.absences)) func everyPageCanBeCarriedOut() {
    #expect(DocumentedPage.allCases.allSatisfy { $0.absence == nil })
  }

  @Test(arguments: DocumentedPage.allCases.filter { $0.absence == nil })
  func aPageIsDoneAsItStands(page: DocumentedPage) async throws {
    let script = try DocumentScript(page)
    var variables = [
      "PATH": try Tool.folder.path + ":" + (Command.environment["PATH"] ?? ""), "REPOSITORY": Repository.root.path,
      // No settings of whoever runs the tests.
      "HOME": "/nowhere", "XDG_CONFIG_HOME": "",
    ]
    var names: [String: String] = [:]
    switch page {
    case .readme, .postgres:
      let server = try await PostgresServer.shared(Engine.postgresC.postgresOptions)
      let database = try await server.makeDatabase()
      variables.merge([
        "PGHOST": "127.0.0.1", "PGPORT": "\(server.port)", "PGUSER": server.user, "PGDATABASE": database,
        "POSTGRES": server.url(database: database),
      ]) { $1 }
      names = [
        "postgres://loader@db.example/web": server.url(database: database),
        "postgres://me@host/web": server.url(database: database), "psql -d web": "psql -d \(database)",
      ]
    case .mariadb:
      let server = try await MariaDBServer.shared()
      let database = try await server.makeDatabase()
      let string = "Driver=\(try DriverLibrary.mariadb.found.get());\(server.connectionString(database: database))"
      variables.merge(["MARIADB": string, "MARIADB_PORT": "\(server.port)"]) { $1 }
      names = [
        "Driver=libmaodbc.so;Server=127.0.0.1;Database=shop;User=web;Password=…": string,
        "mariadb shop": "mariadb \(database)",
      ]
    case .operations: names = ["/var/spool/web": "spool", "/var/lib/node_exporter": "node_exporter"]
    default: break
    }
    try await script.carryOut(names, variables)
  }

  // MARK: The reader of pages

  @Test func aTranscriptIsTakenApart() {
    let blocks = MarkdownBlock.all(
      of: "words\n```\n$ a <<'END'\nb\nEND\n1\n$ c\n```\n<!-- file: x -->\n```yaml\nk: v\n```\n```json\n{}\n```\n")
    #expect(blocks.map(\.use) == [.commands, .file("x"), .shown(reason: "")])
    #expect(
      blocks[0].steps == [
        .init(line: 3, command: "a <<'END'\nb\nEND", output: ["1"]), .init(line: 7, command: "c", output: []),
      ])
    #expect(blocks[1].text == "k: v\n")
  }

  @Test func whatWasPrintedIsHeldAgainstThePage() {
    func fits(_ seen: [String], _ wanted: [String]) -> Bool {
      DocumentScript.fits(seen.map(DocumentScript.plain)[...], wanted.map(DocumentScript.plain)[...])
    }
    #expect(fits(["2 rows in 3.1 ms", "x  ", ""], ["2 rows in 0.4 s", "x"]))
    #expect(fits(["a", "b", "c"], ["a", "…", "c"]) && fits(["a"], ["a", "…"]))
    #expect(!fits(["3 rows in 3.1 ms"], ["2 rows in 3.1 ms"]) && !fits(["a", "b"], ["a"]) && !fits(["a"], ["a", "b"]))
    #expect(!fits(["a", "b"], ["a", "…", "c"]))
  }
}
