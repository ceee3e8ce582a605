import Foundation
import Synchronization

/// One server for each set of options in a process, started at its first use, gone with the process.
public final class SharedServers<Options: Hashable & Sendable, Server: Sendable>: Sendable {
  private let start: @Sendable (Options) async throws -> Server
  private let servers = Mutex<[Options: Task<Server, any Error>]>([:])

  public init(start: @escaping @Sendable (Options) async throws -> Server) { self.start = start }

  public func server(_ options: Options) async throws -> Server {
    let task = servers.withLock { servers in
      if let task = servers[options] { return task }
      let task = Task { [start] in try await start(options) }
      servers[options] = task
      return task
    }
    return try await task.value
  }
}

/// Why tests cannot have what they need on this machine, or nil where they can: for `.enabled(if:)`.
///
/// Said loudly, so to be asked once. Where the environment has `CI` set, it is always nil: tests run, and fail with the
/// reason.
public func absence<Found>(of name: String, _ found: Result<Found, PrivateServerError>) -> String? {
  guard case .failure(let error) = found else { return nil }
  if ProcessInfo.processInfo.environment["CI"] != nil { return nil }
  print("SKIPPED: \(name): \(error.description)")
  return error.description
}
