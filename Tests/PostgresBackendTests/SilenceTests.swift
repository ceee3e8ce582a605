import Foundation
import PostgresBackend
import PostgresServer
import PrivateServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

/// A server that says nothing is not waited for without end, and a connection that is cut anywhere is one clear error.
@Suite(.needs(PostgresServer.absence)) struct SilenceTests {
  private func url(_ database: Database, _ proxy: CuttingProxy) -> String {
    "postgres://\(database.server.user)@127.0.0.1:\(proxy.port)/\(database.name)?sslmode=disable&connect_timeout=2"
  }

  /// After how many bytes the server has said all that it says to a new connection.
  private func bytesOfOpening(_ database: Database, _ proxy: CuttingProxy) async throws -> Int {
    var (low, high) = (0, 8192)
    while low < high {
      let middle = (low + high) / 2
      proxy.cut(after: middle)
      do {
        let connection = try await connect(url: url(database, proxy))
        await connection.close()
        high = middle
      } catch {
        low = middle + 1
      }
    }
    return low
  }

  /// Every offset of what the server says: one line each, and none is taken for something else.
  @Test(arguments: [CuttingProxy.Cut.finish, .reset]) func everyCutIsOneLine(cut: CuttingProxy.Cut) async throws {
    let database = try await Database()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for part in 0..<4 {
        group.addTask { try await cutEach(stride(from: part, to: 3000, by: 4), cut, database) }
      }
      try await group.waitForAll()
    }
  }

  private func cutEach(_ offsets: StrideTo<Int>, _ cut: CuttingProxy.Cut, _ database: Database) async throws {
    let proxy = try CuttingProxy(to: database.server.port)
    for offset in offsets {
      proxy.cut(after: offset, cut)
      do {
        let connection = try await connect(url: url(database, proxy))
        do {
          try await connection.begin(.write)
          _ = try await connection.execute("CREATE TEMP TABLE t(a int)")
          _ = try await connection.describe(ObjectName("t"))
          _ = try await connection.text("SELECT repeat('x', 2000)")
          try await connection.rollback()
        } catch {
          check(error, offset)
          try? await connection.rollback()
        }
        await connection.close()
      } catch {
        check(error, offset)
      }
    }
  }

  private func check(_ error: any Error, _ offset: Int) {
    guard let error = error as? DriverError else {
      Issue.record("at \(offset): \(error)")
      return
    }
    #expect(!error.description.contains("\n") && error.remedy != nil, "at \(offset): \(error)")
    #expect([.connection, .connectionLost].contains(error.code), "at \(offset): \(error.code) \(error)")
  }

  /// Stalled while it connects and sets up the session: the limit of connecting holds.
  @Test func aStalledOpeningEnds() async throws {
    let database = try await Database()
    let proxy = try CuttingProxy(to: database.server.port)
    let last = try await bytesOfOpening(database, proxy)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for offset in stride(from: 0, to: last, by: max(last / 12, 1)) {
        let proxy = try CuttingProxy(to: database.server.port)
        proxy.cut(after: offset, .stall)
        group.addTask {
          let start = ContinuousClock.now
          do {
            let connection = try await connect(url: url(database, proxy))
            await connection.close()
            Issue.record("connected at \(offset) of \(last)")
          } catch let error as DriverError {
            #expect([.connection, .timeout].contains(error.code), "at \(offset): \(error)")
          }
          #expect(ContinuousClock.now - start < .seconds(20), "at \(offset)")
        }
      }
      try await group.waitForAll()
    }
  }

  /// With a time limit for statements, a server that does not answer ends the statement here.
  @Test func aStalledStatementEnds() async throws {
    let database = try await Database()
    let proxy = try CuttingProxy(to: database.server.port)
    proxy.cut(after: try await bytesOfOpening(database, proxy) + 10, .stall)
    let connection = try await connect(url: url(database, proxy), statementTimeout: .seconds(1))
    let start = ContinuousClock.now
    await expect(.timeout) { _ = try await connection.execute("SELECT 1") }
    try await connection.rollback()
    await connection.close()
    #expect(ContinuousClock.now - start < .seconds(15))
  }

  /// A statement that is cancelled while the server is silent ends, though the server never says so.
  @Test func aCancelledStatementOfASilentServerEnds() async throws {
    let database = try await Database()
    let proxy = try CuttingProxy(to: database.server.port)
    proxy.cut(after: try await bytesOfOpening(database, proxy) + 10, .stall)
    let connection = try await connect(url: url(database, proxy))
    let start = ContinuousClock.now
    let task = Task { _ = try await connection.execute("SELECT 1") }
    try await Task.sleep(for: .milliseconds(200))
    proxy.cut(after: 0, .stall)
    task.cancel()
    await expect(.cancelled) { try await task.value }
    try await connection.rollback()
    await connection.close()
    #expect(ContinuousClock.now - start < .seconds(25))
  }
}
