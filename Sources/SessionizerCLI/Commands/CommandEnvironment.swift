public import WarehouseDriver

/// What a command finds around it. The executable gives the real one, a test its own.
public struct CommandEnvironment: Sendable {
  /// The databases that this build can reach.
  public var backends: BackendRegistry
  /// Environment variables.
  public var variables: [String: String]
  public var console: Console

  public init(backends: BackendRegistry, variables: [String: String], console: Console) {
    self.backends = backends
    self.variables = variables
    self.console = console
  }

  /// Set around each command, because ArgumentParser makes the commands itself.
  @TaskLocal static var current = CommandEnvironment(
    backends: BackendRegistry(), variables: [:], console: .standard())
}
