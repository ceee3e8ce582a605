import Foundation
import MariaDBServer
import PrivateServer
import TestNeeds
import Testing

@Suite(.needs(MariaDBServer.absence)) struct ServerTests {
  @Test func aServerAnswersUntilItIsStoppedAndAgainAfterwards() async throws {
    let server = try await MariaDBServer.start(MariaDBServer.Options(settings: ["sql-mode": "ANSI_QUOTES"]))
    #expect(try await server.query("SELECT @@sql_mode, @@system_time_zone IN ('EST', 'EDT')") == "ANSI_QUOTES\t1\n")
    #expect(try await server.query("SELECT 'Bob' = 'bob', '🙂'") == "1\t🙂\n", "the server's default collation")
    let database = try await server.makeDatabase("COLLATE utf8mb4_unicode_ci")
    _ = try await server.query("CREATE TABLE t AS SELECT 1 AS i", database: database)
    await #expect(throws: PrivateServerError.self) { try await server.query("SELECT nothing") }

    await server.stop()
    #expect(server.processID == nil)
    await #expect(throws: PrivateServerError.self) { try await server.query("SELECT 1") }
    try await server.restart()
    server.kill()
    await #expect(throws: PrivateServerError.self) { try await server.query("SELECT 1") }
    try await server.restart()
    #expect(try await server.query("SELECT i FROM t", database: database) == "1\n")
  }

  @Test func zonesHaveNamesWhereTheServerIsMadeSo() async throws {
    let options = MariaDBServer.Options(timeZone: "Asia/Kathmandu", hasNamedTimeZones: true)
    let server = try await MariaDBServer.shared(options)
    let sql = "SELECT convert_tz('2020-07-01 12:00:00', 'Europe/Berlin', @@session.time_zone)"
    #expect(try await server.query(sql) == "2020-07-01 15:45:00\n")
    #expect(try await MariaDBServer.shared(options) === server)
  }

  @Test func nobodyGetsInWithoutThePassword() async throws {
    let server = try await MariaDBServer.shared(
      MariaDBServer.Options(timeZone: "Asia/Kathmandu", hasNamedTimeZones: true))
    #expect(server.connectionString(database: "d").hasSuffix(";Database=d;User=root;Password={correct horse}"))
    await #expect(throws: PrivateServerError.self) { try await server.query("SELECT 1", user: "nobody") }
  }

  /// The shell that watches sees the end of its pipe, as it does when this process is killed.
  @Test func nothingOfAServerStaysBehind() async throws {
    var server: MariaDBServer? = try await MariaDBServer.start()
    let folder = try #require(server?.folder)
    let process = try #require(server?.processID)
    #expect(kill(process, 0) == 0)
    server = nil
    for _ in 0..<600 where FileManager.default.fileExists(atPath: folder) || kill(process, 0) == 0 {
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(kill(process, 0) != 0)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
