import BackendConformance
import Foundation
import SQLiteBackend
import SessionPlan
import SessionRunner
import StatementRecording
import Synchronization
import Testing
import WarehouseDriver

/// Several runs of one job on SQLite in autocommit, whose statements take turns, with somebody who looks between any two.
final class ManyRuns: Sendable {
  let path: String
  let gap = Gap(microseconds: 1_000_000_000)
  private let shape: Shape
  private let watcher: JobContext
  private let pageviews: [Pageview]
  /// Rows that come into the source while the runs work.
  private let pending: Mutex<[Pageview]>
  private let seen = Mutex(Seen())

  private struct Seen {
    var events: Set<ByteKey> = []
    /// The view as it was when it was last held against the oracle.
    var rows: [String]?
    var faults: [String] = []
  }

  init(_ shape: Shape, seed: UInt64) async throws {
    self.shape = shape
    // In memory, where there is such a place: every statement would wait for the disk.
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    path = folder + "/many-runs-\(UUID().uuidString).db"
    var random = SplitMix64(seed: seed)
    pageviews = (0..<36).map { index in
      Pageview(
        id: .text(ByteKey("e\(index)")), user: ByteKey("u\(random.upTo(2))"),
        time: Int64(random.upTo(30)) * 400_000_000, page: ByteKey("/\(random.upTo(3))"))
    }
    pending = Mutex(Array(pageviews[28...]))
    watcher = try await Self.context(path, shape, gap)
    try await watcher.create()
    try await insert(pageviews[..<14])
    _ = try await watcher.run()
    try await insert(pageviews[14..<28])
  }

  private static func context(
    _ path: String, _ shape: Shape, _ gap: Gap?, turn: (@Sendable () async throws -> Void)? = nil
  ) async throws -> JobContext {
    let inner = try await Engine.sqlite.backend(AutocommitEngine.dialect(shape)).connect(
      to: Target(url: "sqlite:" + path), options: ConnectionOptions(mayCreate: true))
    let connection = AutocommitConnection(inner)
    await connection.takeTurns(turn)
    var job = SessionJob()
    job.gap = gap ?? job.gap
    return JobContext(connection, job: job)
  }

  private func insert(_ rows: some Sequence<Pageview>) async throws {
    for row in rows {
      guard case .text(let id) = row.id else { continue }
      try await watcher.connection.executeByHand(
        "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES ('\(id)', '\(row.user)', "
          + "'\(String(decoding: CalendarText.canonical(row.time), as: UTF8.self))', '\(row.page ?? "")')",
        because: "somebody else's rows, between two statements of a run")
    }
  }

  /// Carries all of them out, and returns how many statements each sent.
  @discardableResult
  func play(
    _ runs: Int, claimTimeout: Duration, arrivals: Bool = false,
    choose: @escaping @Sendable (_ waiting: [Int], _ counts: [Int: Int]) -> Turns.Choice
  ) async throws -> [Int: Int] {
    let steps = Mutex(0)
    let turns = Turns(
      runs,
      between: { [self] in
        await look()
        let step = steps.withLock { count in
          count += 1
          return count
        }
        guard arrivals, step % 7 == 0, let next = pending.withLock({ $0.popLast() }) else { return }
        do {
          try await insert([next])
        } catch {
          note("a row that arrives: \(error)")
        }
      }, choose: choose)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for run in 0..<runs {
        group.addTask { [self] in
          let context = try await Self.context(path, shape, gap) { try await turns.wait(run) }
          do {
            _ = try await context.run(RunRequest(claimTimeout: claimTimeout))
          } catch let error as DriverError where error.code == .jobLocked {
          } catch is Turns.Killed {
          } catch {
            seen.withLock { $0.faults.append("run \(run): \(error)") }
          }
          await turns.leave(run)
          await context.connection.close()
        }
      }
      try await group.waitForAll()
    }
    return await turns.counts
  }

  /// The next run, which finds everything, gives what one run over everything would.
  func end() async throws -> [String] {
    try await insert(
      pending.withLock { rest in
        defer { rest = [] }
        return rest
      })
    _ = try await watcher.run(RunRequest(claimTimeout: .zero))
    await look()
    if try await !watcher.verify().isClean { note("verify finds differences") }
    if seen.withLock({ $0.events.count }) != pageviews.count { note("not every pageview is there") }
    await watcher.connection.close()
    for end in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: path + end) }
    return seen.withLock { $0.faults }
  }

  private func note(_ fault: String) { seen.withLock { $0.faults.append(fault) } }

  /// Whatever is seen is the sessions of the pageviews that are seen, from scratch: in the views, and by the exports.
  private func look() async {
    do {
      let rows = try await watcher.connection.texts(
        "SELECT event_id || '|' || session_id FROM session_events ORDER BY 1")
      if seen.withLock({ $0.rows }) == rows { return }
      seen.withLock { $0.rows = rows }
      let ids = Set(rows.map { ByteKey(String($0.prefix { $0 != "|" })) })
      if ids.count != rows.count { note("an event is seen twice") }
      if !seen.withLock({ $0.events }).isSubset(of: ids) { note("an event is seen no more") }
      seen.withLock { $0.events = ids }
      let scratch = FromScratch(
        pageviews.filter { if case .text(let id) = $0.id { ids.contains(id) } else { false } },
        gap: try #require(gap), boundary: .new)
      let wanted = scratch.events.map { "\($0.pageview.id)|\($0.sessionID)" }.sorted()
      if rows != wanted { note("session_events: \(rows), not \(wanted)") }
      if try await watcher.sessionsCSV() != scratch.sessionsCSV { note("sessions are not those of the pageviews") }
      let sessions = try await watcher.connection.texts("SELECT session_id FROM sessions ORDER BY 1")
      if sessions != scratch.sessions.map({ "\($0.id)" }).sorted() { note("the view sessions has others") }
    } catch {
      note("looking: \(error)")
    }
  }
}

extension WarehouseDriver.Connection {
  /// The first column of a query of texts.
  nonisolated func texts(_ sql: String) async throws -> [String] {
    let cursor = try await open(sql, types: [.text])
    var texts: [String] = []
    while let batch = try await cursor.next() {
      for row in 0..<batch.rowCount { if case .text(let text)? = batch.row(row)[0] { texts.append(text) } }
    }
    await cursor.close()
    return texts
  }
}

extension SplitMix64 {
  /// 0 up to, not including, `bound`.
  mutating func upTo(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}
