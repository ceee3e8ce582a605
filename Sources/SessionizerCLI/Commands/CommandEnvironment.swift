public import SQLRendering
public import WarehouseDriver

/// What a command finds around it. The executable gives the real one, a test its own.
public struct CommandEnvironment: Sendable {
  /// The databases that this build can reach.
  public var backends: BackendRegistry
  /// The dialects that this build can write.
  public var dialects: [BuiltInDialect]
  /// Environment variables.
  public var variables: [String: String]
  public var console: Console

  public init(
    backends: BackendRegistry, dialects: [BuiltInDialect], variables: [String: String], console: Console
  ) {
    self.backends = backends
    self.dialects = dialects
    self.variables = variables
    self.console = console
  }

  /// Set around each command, because ArgumentParser makes the commands itself.
  @TaskLocal static var current = CommandEnvironment(
    backends: BackendRegistry(), dialects: [], variables: [:], console: .standard())
}

/// A dialect in two shapes.
public struct BuiltInDialect: Sendable {
  /// As the tool itself talks to the engine: with scratch tables, where it has them.
  public var asRun: Dialect
  /// As a script for any client: each statement stands by itself.
  public var asScript: Dialect

  public init(asRun: Dialect, asScript: Dialect) {
    self.asRun = asRun
    self.asScript = asScript
  }

  var name: String { asRun.name }
}

extension CommandEnvironment {
  /// - Throws: `UsageError` that lists the dialects there are.
  func dialect(named name: String) throws(UsageError) -> BuiltInDialect {
    if let found = dialects.first(where: { $0.name == name }) { return found }
    let known = dialects.map(\.name)
    let hint = NearestWord.hint(name, among: known)
    throw UsageError(
      "no dialect \(SettingText.shown(name)); "
        + (hint.isEmpty ? "there are " + known.joined(separator: ", ") : hint))
  }
}
