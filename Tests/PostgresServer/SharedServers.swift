import Foundation
import Synchronization

extension PostgresServer {
  /// The servers of this process, by what they were made with.
  private static let servers = Mutex<[Options: Task<PostgresServer, any Error>]>([:])

  /// One server for each set of options in a process, started at its first use, gone with the process.
  public static func shared(_ options: Options = Options()) async throws -> PostgresServer {
    let task = servers.withLock { servers in
      if let task = servers[options] { return task }
      let task = Task { try await start(options) }
      servers[options] = task
      return task
    }
    return try await task.value
  }

  /// Why no server can be started on this machine, or nil where one can: for `.enabled(if:)`.
  ///
  /// Said loudly, once. Where the environment has `CI` set, it is always nil: tests run, and fail with the reason.
  public static let absence: String? = {
    guard case .failure(let error) = Installation.found else { return nil }
    if ProcessInfo.processInfo.environment["CI"] != nil { return nil }
    print("SKIPPED: PostgreSQL: \(error.description)")
    return error.description
  }()
}
