import MariaDBServer
import SessionPlan
import SessionRunner
import StatementRecording
import TestNeeds
import Testing
import WarehouseDriver

/// L2 on MariaDB: a user who has been granted the least rights can run the job, and can change nothing.
@Suite(.fewAtOnce, .needs(Engine.mariadb.absence)) struct MariaDBRightsTests {
  /// What the server is to refuse.
  private func refused(_ sql: String, by connection: any WarehouseDriver.Connection) async throws {
    try await connection.executeByHand(sql, because: "a change that the server is to refuse")
  }

  private static let ledgers = [
    "session_table", "session_lineage", "session_versions", "session_runs", "session_quarantine",
  ]

  @Test func theLeastRightsAreEnoughForEveryRun() async throws {
    let place = try await Place.make(on: .mariadb)
    let server = try #require(place.mariadb)
    let role = "job runner \(place.database.suffix(6))"
    _ = try await server.query("CREATE USER `\(role)`@`%` IDENTIFIED BY 'another; secret'")
    let owner = try await place.context()
    try await owner.create(CreateRequest(grantee: role))
    let url = try Place.url(server, place.database, user: role, password: "another; secret")
    let connection = try await place.engine.backend().connect(to: Target(url: url), options: ConnectionOptions())
    let context = JobContext(connection)
    for batch in 0..<2 {
      try await TwoBatches.insert(batch, of: 900, into: owner.connection)
      let dry = try await context.dryRun()
      #expect(dry.pageviews == (batch == 0 ? 600 : 300))
      let mode: RunRequest.Mode = batch == 0 ? .whole : .new
      #expect(try await context.run(RunRequest(mode: mode)).pageviews == (batch == 0 ? 600 : 300))
      #expect(try await context.run(RunRequest(mode: .window(from: .earliest, to: nil))).pageviews == 0)
    }
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    #expect(try await context.exports() == owner.exports())
    for table in Self.ledgers {
      for change in ["UPDATE \(table) SET run_id = run_id", "DELETE FROM \(table)", "TRUNCATE TABLE \(table)"] {
        await #expect("\(change)") { try await refused(change, by: connection) } throws: { error in
          (error as? DriverError)?.code == .permission
        }
      }
    }
    await #expect {
      _ = try await connection.execute("INSERT INTO pageviews (event_id) VALUES ('x')")
    } throws: { ($0 as? DriverError)?.code == .permission }
    await connection.close()
    await owner.connection.close()
  }

  /// The rights with which a user can run the job do not let it remove anything.
  @Test func aRunsRoleCannotErase() async throws {
    let place = try await Place.make(on: .mariadb)
    let server = try #require(place.mariadb)
    let role = "eraser_\(place.database.suffix(6))"
    _ = try await server.query("CREATE USER `\(role)`@`%` IDENTIFIED BY 'another'")
    let owner = try await place.context()
    try await owner.create(CreateRequest(grantee: role))
    try await TwoBatches.insert(0, of: 90, into: owner.connection)
    #expect(try await owner.run().pageviews == 60)
    let before = try await owner.exports()
    let url = try Place.url(server, place.database, user: role, password: "another")
    let connection = try await place.engine.backend().connect(to: Target(url: url), options: ConnectionOptions())
    let context = JobContext(connection)
    await #expect {
      _ = try await context.erase(EraseRequest(user: "u1", hash: "h"))
    } throws: { ($0 as? DriverError)?.code == .permission }
    await #expect {
      _ = try await context.retain(RetainRequest(before: try #require(Timestamp(text: "2026-01-01"))))
    } throws: { ($0 as? DriverError)?.code == .permission }
    #expect(try await owner.exports() == before)
    #expect(try await owner.verify(VerifyRequest(isComplete: true)).isClean)
    #expect(try await owner.connection.describe(ObjectName("session_erasures")) == nil, "nothing was noted")
    await connection.close()
    await owner.connection.close()
  }

  @Test func theGuardRefusesChangesToEverybody() async throws {
    let place = try await Place.make(on: .mariadb)
    let owner = try await place.context()
    try await owner.create(CreateRequest(isGuarded: true))
    try await TwoBatches.insert(0, of: 90, into: owner.connection)
    _ = try await owner.run()
    for table in ["session_table", "session_runs"] {
      for change in ["UPDATE \(table) SET run_id = run_id", "DELETE FROM \(table)"] {
        await #expect("\(change)") { try await refused(change, by: owner.connection) } throws: { error in
          guard let error = error as? DriverError else { return false }
          return error.code == .permission && !error.description.contains("\n")
        }
      }
    }
    try await TwoBatches.insert(1, of: 90, into: owner.connection)
    #expect(try await owner.run().pageviews == 30)
    try await owner.create(CreateRequest(isGuarded: true))
    #expect(try await owner.verify(VerifyRequest(isComplete: true)).isClean)
    await owner.connection.close()
  }

  /// A user that the server does not know: its own words, and no remedy that would be a guess.
  @Test func anUnknownRoleIsToldInTheServersWords() async throws {
    let place = try await Place.make(on: .mariadb)
    let context = try await place.context()
    await #expect {
      try await context.create(CreateRequest(grantee: "nobody here"))
    } throws: { error in
      guard let error = error as? DriverError else { return false }
      let words = error.description
      return error.remedy == nil && words.contains("(Can't find any matching row in the user table)")
        && words.contains("rejects the statement") && !words.contains("\n")
    }
    await context.connection.close()
  }
}
