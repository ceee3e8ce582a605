import BackendConformance
import Foundation
import PrivateServer
import SessionPlan
import SessionRunner
import Synchronization
import TestNeeds
import Testing
import WarehouseDriver

/// `make soak`: pageviews in batches of any order, and something goes wrong with almost every run, until the time is up.
/// After one clean run the sessions are those of plain Swift over all pageviews.
@Suite struct FaultSoakTests {
  private static let absence = TestAmount.soak == nil ? "only `make soak` asks for it" : nil
  private static let engines = [Engine.sqlite, .postgresC, .psqlODBC, .mariadb].filter(Engine.live.contains)

  /// What goes wrong with a run.
  private enum Fault: String, CaseIterable {
    case none = "nothing"
    /// Killed where it is about to send one of its texts.
    case killedBetween = "killed between two statements"
    /// Killed some time after that.
    case killedWithin = "killed at a random instant"
    /// The server closes the connection after some bytes.
    case closed = "connection closed"
    /// The network loses it.
    case reset = "connection reset"
    /// The network says nothing any more, until somebody ends the process.
    case stalled = "connection stalled, then killed"
    /// There is room for a part of what the run writes at most.
    case fullDisk = "disk full"
    /// Two to eight runs at once.
    case together = "several runs at once"
    /// Rows that were there before the run began are committed while it works, or behind it.
    case lateCommit = "late commit"
  }

  @Test(.needs(absence), arguments: engines) func whateverGoesWrongTheSessionsAreRight(engine: Engine) async throws {
    let time = try #require(TestAmount.soak)
    let first = UInt64.random(in: 1...999_999) * 1_000_000_000_000
    print("soak: \(time) of faults on \(engine); the first seed is \(first)")
    let end = ContinuousClock.now + time
    let small = try await SmallPlaces(engine)
    defer { small?.disk.remove() }
    var (seed, counts) = (first, [Fault: Int]())
    while ContinuousClock.now < end {
      guard try await isRight(engine, small, seed, &counts) else { break }
      seed += 1
    }
    let told = Fault.allCases.map { "\($0.rawValue) \(counts[$0] ?? 0)" }.joined(separator: ", ")
    print("soak: \(engine): \(seed - first) histories with faults, from seed \(first): \(told)")
    #expect(seed > first)
  }

  /// One history.
  private func isRight(
    _ engine: Engine, _ small: SmallPlaces?, _ seed: UInt64, _ counts: inout [Fault: Int]
  ) async throws -> Bool {
    var random = SplitMix64(seed: seed)
    let views = Pageview.drawn(&random)
    let place: Place
    if let small { place = try await small.make() } else { place = try await Place.make(on: engine) }
    defer { place.remove() }
    let context = try await place.context()
    try await context.create()
    var rest = views[...]
    while !rest.isEmpty {
      let batch = rest.prefix(Int.random(in: 1...(views.count / 2 + 1), using: &random))
      rest = rest.dropFirst(batch.count)
      var faults = Fault.allCases
      // There is no connection that could be cut, and a writer keeps every run out.
      if engine.family == .sqlite { faults.removeAll { [.closed, .reset, .stalled, .lateCommit].contains($0) } }
      if small == nil { faults.removeAll { $0 == .fullDisk } }
      let fault = faults.randomElement(using: &random) ?? .none
      counts[fault, default: 0] += 1
      do {
        try await insert(Array(batch), fault, place, small?.disk, context.connection, &random)
      } catch {
        Issue.record("\(engine), seed \(seed), \(fault.rawValue): \(error)")
        return false
      }
    }
    _ = try await context.run(RunRequest(wait: .seconds(60)))
    let found = try await context.connection.textRows(Self.sessions)
    let expected = Pageview.sessions(of: views)
    #expect(found == expected, "\(engine), seed \(seed)")
    let isClean = try await context.verify(VerifyRequest(isComplete: true)).isClean
    #expect(isClean, "\(engine), seed \(seed)")
    await context.connection.close()
    // A small disk would soon be full of what was right.
    if let small, let schema = place.schema {
      _ = try await small.database?.server?.psql("DROP SCHEMA \(schema) CASCADE", database: place.database)
    }
    return found == expected && isClean
  }

  private static let sessions =
    "SELECT session_id, user_id, pageviews, entry_page, exit_page FROM sessions ORDER BY session_id"

  private func insert(
    _ batch: [Pageview], _ fault: Fault, _ place: Place, _ disk: SmallDisk?, _ connection: any Connection,
    _ random: inout SplitMix64
  ) async throws {
    let insert =
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES "
      + batch.map(\.values).joined(separator: ",")
    if fault == .lateCommit {
      let writer = try await place.connect()
      try await writer.begin(.write)
      _ = try await writer.execute(insert)
      let delay = Int.random(in: 0...40, using: &random)
      async let run: Void = Self.run(place)
      try await Task.sleep(for: .milliseconds(delay))
      try await writer.commit()
      try await run
      await writer.close()
      return
    }
    _ = try await connection.execute(insert)
    switch fault {
    case .none, .lateCommit: try await Self.run(place)
    case .killedBetween, .killedWithin:
      let instant = RunProcess.Instant(
        number: Int.random(in: 1...40, using: &random), isHeld: fault == .killedBetween)
      let run = try RunProcess(place, upTo: instant)
      if !instant.isHeld { try await Task.sleep(for: .microseconds(Int.random(in: 0...30_000, using: &random))) }
      _ = run.kill()
    case .closed, .reset:
      let bytes = Int.random(in: 0...30_000, using: &random)
      let run = try RunProcess(place, cutAfter: bytes, fault == .closed ? .finish : .reset)
      // Whatever it says, it ends by itself.
      let code = try await Command.off { run.wait() }
      #expect(code == 0 || code == 2, "the process ended with \(code), cut after \(bytes) bytes")
    case .stalled:
      let run = try RunProcess(place, cutAfter: Int.random(in: 0...30_000, using: &random), .stall)
      try await run.end(within: .milliseconds(Int.random(in: 200...2000, using: &random)))
    case .fullDisk:
      let disk = try #require(disk)
      try disk.fill(leaving: Int.random(in: 0...400_000, using: &random))
      defer { disk.empty() }
      do { try await Self.run(place) } catch let error as DriverError {
        #expect(error.code == .diskFull && !error.description.contains("\n"), "\(error)")
      }
    case .together:
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<Int.random(in: 2...8, using: &random) { group.addTask { try await Self.run(place) } }
        try await group.waitForAll()
      }
    }
  }

  private static func run(_ place: Place) async throws {
    let context = try await place.context()
    _ = try await context.run(RunRequest(wait: .seconds(120)))
    await context.connection.close()
  }
}

/// Where histories are played whose disk can be full.
private struct SmallPlaces {
  let engine: Engine
  let disk: SmallDisk
  /// That of PostgreSQL which is on the disk.
  let database: Place?

  /// nil where there is no such disk: without root, and on MariaDB, whose tables are all in one folder.
  init?(_ engine: Engine) async throws {
    self.engine = engine
    switch engine.family {
    case .sqlite:
      let folder = FileManager.default.temporaryDirectory.path
      guard let disk = try SmallDisk(ownedBy: folder, megabytes: 16) else { return nil }
      (self.disk, database) = (disk, nil)
    case .postgres:
      let place = try await Place.database(on: engine)
      guard let server = place.server, let disk = try SmallDisk(ownedBy: server.folder + "/data", megabytes: 64)
      else { return nil }
      let name = "soak_\(place.database.suffix(12))"
      _ = try await server.psql("CREATE TABLESPACE \(name) LOCATION '\(disk.path)'")
      _ = try await server.psql("ALTER DATABASE \(place.database) SET TABLESPACE \(name)")
      (self.disk, database) = (disk, place)
    default: return nil
    }
  }

  func make() async throws -> Place { try await Place.make(on: engine, disk, database: database) }
}

/// A pageview of the soak's own, and the sessions that plain Swift makes of many.
private struct Pageview {
  var id: String
  var user: String
  /// Minutes since the beginning of 2025, UTC.
  var minute: Int
  var page: String

  var values: String {
    let time = Timestamp(microseconds: (1_735_689_600 + Int64(minute) * 60) * 1_000_000)
    return "('\(id)','\(user)','\(time)','\(page)')"
  }

  /// In the order of their arrival, which is any: gaps of 1 to 45 minutes, of which 30 and more end a session.
  static func drawn(_ random: inout SplitMix64) -> [Pageview] {
    var views: [Pageview] = []
    for user in 0..<Int.random(in: 1...12, using: &random) {
      var minute = Int.random(in: 0...60, using: &random)
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        views.append(
          Pageview(
            id: "e\(10_000 + views.count)", user: "u\(user)", minute: minute,
            page: "/\(Int.random(in: 0...5, using: &random))"))
        minute += [0, 1, 10, 29, 30, 31, 45].randomElement(using: &random) ?? 1
      }
    }
    return views.shuffled(using: &random)
  }

  static func sessions(of views: [Pageview]) -> [[String?]] {
    var sessions: [[Pageview]] = []
    for view in views.sorted(by: { ($0.user, $0.minute, $0.id) < ($1.user, $1.minute, $1.id) }) {
      if let last = sessions.last?.last, last.user == view.user, view.minute - last.minute < 30 {
        sessions[sessions.count - 1].append(view)
      } else {
        sessions.append([view])
      }
    }
    return sessions.map { [$0[0].id, $0[0].user, "\($0.count)", $0[0].page, $0[$0.count - 1].page] }
      .sorted { ($0[0] ?? "") < ($1[0] ?? "") }
  }
}
