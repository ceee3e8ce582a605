import Foundation
import PostgresBackend
import PostgresServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@Suite(.needs(PostgresServer.absence)) struct OpeningTests {
  @Test func everyFormOfTarget() async throws {
    let database = try await Database()
    let port = database.server.port
    for url in [
      database.url, "postgresql" + database.url.dropFirst(8),
      "postgres:host=127.0.0.1 port=\(port) user=postgres dbname=\(database.name)",
      "postgres://postgres@127.0.0.1:1,127.0.0.1:\(port)/\(database.name)",
      database.url + "?application_name=other&connect_timeout=3",
    ] {
      let connection = try await connect(url: url)
      #expect(try await connection.text("SELECT current_database()") == database.name)
      await connection.close()
    }
  }

  @Test(arguments: [
    "postgres://user:se cret@[host/db", "postgres:host=x password=se cret", "postgres://h/db?secret=1&x",
    "postgres:secretsecret", "postgres://h:secret/db", "postgres://h/db?sslmode=secret", "postgres+secret:",
  ])
  func badTargetsShowNothing(_ url: String) async throws {
    let error = await expect(.badTarget) { _ = try await connect(url: url) }
    if !url.contains("secret=") && !url.contains("+secret") {
      #expect(error.map { "\($0) \(String(reflecting: $0))".contains("cret") } == false)
    }
  }

  @Test func absentServersAndNames() async throws {
    let database = try await Database()
    let absent = await expect(.connection) { _ = try await connect(url: "postgres://u:secret@127.0.0.1:1/x") }
    #expect(absent?.description == "no PostgreSQL server answers at 127.0.0.1:1; start it, or check host and port")
    await expect(.connection) { _ = try await connect(url: "postgres://no-such-host.invalid/x") }
    let missing = await expect(.noSuchObject) { _ = try await connect(url: database.server.url(database: "nowhere")) }
    #expect(missing?.description.contains("no database nowhere") == true)
    let role = await expect(.authentication) { _ = try await connect(url: database.server.url(user: "nobody")) }
    #expect(role?.description.contains("nobody") == true)
    await expect(.connection) { _ = try await connect(url: database.url + "?sslmode=require") }
  }

  @Test(arguments: ["ENCODING 'LATIN1'", "ENCODING 'SQL_ASCII'"])
  func otherEncodingsAreRefused(_ encoding: String) async throws {
    let database = try await Database("\(encoding) TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    let error = await expect(.encoding) { _ = try await database.connect() }
    #expect(error?.description.contains("ENCODING 'UTF8'") == true)
  }

  @Test func passwords() async throws {
    let server = try await PostgresServer.shared(.init(authentication: "scram-sha-256"))
    let password = try #require(server.password)
    let right = try await connect(url: server.url())
    _ = try await right.execute("CREATE ROLE loser LOGIN PASSWORD 'topsecret'")
    let byURL = try await connect(url: "postgres://loser:topsecret@127.0.0.1:\(server.port)/postgres")
    await byURL.close()
    for wrong in ["wrongsecret", "topsecretwrong"] {
      let error = await expect(.authentication) {
        _ = try await connect(url: "postgres://loser:\(wrong)@127.0.0.1:\(server.port)/postgres")
      }
      #expect(error?.description.contains("loser") == true)
      #expect(error.map { "\($0) \(String(reflecting: $0))".contains("secret") } == false)
    }
    let file = NSTemporaryDirectory() + "pgpass-\(UUID().uuidString)"
    #expect(
      FileManager.default.createFile(
        atPath: file, contents: Data("127.0.0.1:\(server.port):*:loser:topsecret\n".utf8),
        attributes: [.posixPermissions: 0o600]))
    let byFile = try await connect(url: "postgres://loser@127.0.0.1:\(server.port)/postgres?passfile=\(file)")
    await byFile.close()
    try FileManager.default.removeItem(atPath: file)
    await expect(.authentication) {
      _ = try await connect(url: "postgres://loser@127.0.0.1:\(server.port)/postgres?passfile=\(file)")
    }
    #expect(!password.isEmpty)
    await right.close()
  }
}
