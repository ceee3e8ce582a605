public import DialectFiles
internal import SQLRendering
public import WarehouseDriver
internal import YAMLReading

/// What a command finds around it. The executable gives the real one, a test its own.
public struct CommandEnvironment: Sendable {
  /// The databases that this build can reach.
  public var backends: BackendRegistry
  /// The dialects that can be chosen.
  public var dialects: DialectLibrary
  /// Environment variables.
  public var variables: [String: String]
  public var console: Console

  public init(
    backends: BackendRegistry, dialects: DialectLibrary, variables: [String: String], console: Console
  ) {
    self.backends = backends
    self.dialects = dialects
    self.variables = variables
    self.console = console
  }

  /// Set around each command, because ArgumentParser makes the commands itself.
  @TaskLocal static var current = CommandEnvironment(
    backends: BackendRegistry(), dialects: DialectLibrary(), variables: [:], console: .standard())
}

extension CommandEnvironment {
  /// The dialect as the tool itself talks to the engine.
  ///
  /// - Throws: `UsageError` that lists the dialects there are, `DialectFileError`
  func dialect(named name: String) throws -> Dialect {
    guard dialects.source(named: name) != nil else {
      let known = dialects.names
      let hint = NearestWord.hint(name, among: known)
      throw UsageError(
        "no dialect \(SettingText.shown(name)); "
          + (hint.isEmpty ? "there are " + known.joined(separator: ", ") : hint))
    }
    return try dialects.dialect(named: name)
  }

  /// The same for a script that any client carries out.
  func script(named name: String) throws -> Dialect {
    let dialect = try dialect(named: name)
    guard let instead = dialect.scripts.instead else { return dialect.asScript }
    return try self.dialect(named: instead).asScript
  }
}
