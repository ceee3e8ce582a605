import PrivateServer

extension PostgresServer {
  private static let servers = SharedServers<Options, PostgresServer> { try await start($0) }

  /// One server for each set of options in a process, started at its first use, gone with the process.
  public static func shared(_ options: Options = Options()) async throws -> PostgresServer {
    try await servers.server(options)
  }

  /// Why no server can be started on this machine, or nil where one can; see `absence(of:_:)`.
  public static let absence = PrivateServer.absence(of: "PostgreSQL", Installation.found)
}
