import Foundation
import PostgresServer
import PrivateServer
import TestNeeds
import Testing

@Suite(.needs(PostgresServer.absence)) struct ServerTests {
  @Test func aServerAnswersUntilItIsStoppedAndAgainAfterwards() async throws {
    let server = try await PostgresServer.start(PostgresServer.Options(settings: ["timezone": "Asia/Kathmandu"]))
    #expect(try await server.psql("SHOW timezone") == "Asia/Kathmandu\n")
    let database = try await server.makeDatabase("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    _ = try await server.psql("CREATE TABLE t AS SELECT 1 AS i", database: database)
    await #expect(throws: PrivateServerError.self) { try await server.psql("SELECT 1/0") }

    await server.stop()
    #expect(server.processID == nil)
    await #expect(throws: PrivateServerError.self) { try await server.psql("SELECT 1") }
    try await server.restart()
    server.kill()
    await #expect(throws: PrivateServerError.self) { try await server.psql("SELECT 1") }
    try await server.restart()
    #expect(try await server.psql("SELECT i FROM t", database: database) == "1\n")
  }

  @Test func aPasswordIsAskedForWhereTheServerIsMadeSo() async throws {
    let server = try await PostgresServer.shared(PostgresServer.Options(authentication: "scram-sha-256"))
    #expect(try await server.psql("SELECT 1") == "1\n")
    #expect(server.url().contains(":correct%20horse@"))
    #expect(server.url(user: "other") == "postgres://other@127.0.0.1:\(server.port)/postgres")
    let again = try await PostgresServer.shared(PostgresServer.Options(authentication: "scram-sha-256"))
    #expect(again === server)
  }

  /// The shell that watches sees the end of its pipe, as it does when this process is killed.
  @Test func nothingOfAServerStaysBehind() async throws {
    var server: PostgresServer? = try await PostgresServer.start()
    let folder = try #require(server?.folder)
    let postmaster = try #require(server?.processID)
    #expect(kill(postmaster, 0) == 0)
    server = nil
    for _ in 0..<600 where FileManager.default.fileExists(atPath: folder) || kill(postmaster, 0) == 0 {
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(kill(postmaster, 0) != 0)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
