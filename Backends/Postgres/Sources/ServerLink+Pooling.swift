internal import CPostgres
internal import Foundation
internal import WarehouseDriver

extension ServerLink {
  /// Refuses a pool that hands each transaction to another process of the server, as PgBouncer does with
  /// `pool_mode = transaction`: the job lock and the settings of a session are the process's, and would be somebody
  /// else's at the next moment.
  ///
  /// A pool gives itself away by the number of the process that it names at the login. Whether it keeps one process for
  /// a client is tried: while this connection says nothing, another one begins a transaction. Only where processes are
  /// handed around, the other one gets the process that has just been ours, or we get another. Nothing is set for the
  /// session before that, since whoever comes next would find it.
  func refuseSharedProcess(_ target: ConnectionTarget) throws(DriverError) {
    let named = PQbackendPID(handle)
    let mine = try process()
    guard mine != String(named), let other = try? secondLink(target) else { return }
    for _ in 0..<5 {
      let theirs = try? other.runAll("BEGIN; \(Self.processQuery)", .connect).text(0, 0)
      if theirs == mine { throw sharedProcess() }
      let again = try process()
      // Its own errors (such as no process left to give, or a server that is slow to answer) prove nothing, and nor
      // does its silence afterwards: then whoever else uses the pool has to move us.
      if theirs != nil { _ = try? other.runAll("ROLLBACK", .connect) }
      if again != mine { throw sharedProcess() }
    }
  }

  private static let processQuery = "SELECT pg_catalog.pg_backend_pid()"

  private func process() throws(DriverError) -> String? { try runAll(Self.processQuery, .connect).text(0, 0) }

  /// Another connection to the same place, for a moment.
  private func secondLink(_ target: ConnectionTarget) throws(DriverError) -> ServerLink {
    guard let handle = target.start() else {
      throw DriverError(.other, phase: .connect, "libpq found no memory")
    }
    do {
      try Self.connect(handle)
    } catch {
      PQfinish(handle)
      throw error
    }
    let link = ServerLink(handle, place: place, onSend: onSend)
    // A pool with one process for each client may have none left.
    link.silenceLimit = .seconds(2)
    return link
  }

  private func sharedProcess() -> DriverError {
    DriverError(
      .unsupported, phase: .connect,
      "\(place) is a pool that gives each transaction another process of the server (such as PgBouncer's "
        + "pool_mode = transaction), where no job lock holds",
      remedy: "connect to PostgreSQL itself, or to a pool with pool_mode = session")
  }
}
