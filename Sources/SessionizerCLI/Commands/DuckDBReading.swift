internal import PageviewFiles
internal import WarehouseDriver

/// How `load` gets at DuckDB, which reads files for it: as a target of `duckdb:` would.
struct DuckDBReading {
  var target: TargetOptions
  var file: JobFile

  /// nil where this build has no such backend.
  var opening: (@Sendable () async throws -> any Connection)? {
    let environment = CommandEnvironment.current
    guard let library = try? target.dialects.library().library,
      let reader = try? Target(url: DuckDBSource.target + driver(environment)),
      let backend = try? environment.allBackends(library).backend(for: reader)
    else { return nil }
    return { try await backend.connect(to: reader, options: ConnectionOptions(mayCreate: true)) }
  }

  /// The library that the target itself names, where it is a database of DuckDB's: one that the user has consented to.
  private func driver(_ environment: CommandEnvironment) -> String {
    guard let chosen = try? file.target(target.target, environment: environment.variables),
      chosen.scheme == "duckdb" || chosen.scheme == "adbc" && chosen.variant == "duckdb",
      let question = chosen.rest.lastIndex(of: "?")
    else { return "" }
    let named = chosen.rest[question...].dropFirst().split(separator: "&").filter { option in
      ["driver", "entrypoint"].contains(option.prefix { $0 != "=" }.lowercased())
    }
    return named.map { "&" + $0 }.joined()
  }
}
