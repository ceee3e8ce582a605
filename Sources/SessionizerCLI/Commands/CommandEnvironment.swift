public import DialectFiles
internal import SQLRendering
public import WarehouseDriver
internal import YAMLReading

/// What a command finds around it. The executable gives the real one, a test its own.
public struct CommandEnvironment: Sendable {
  /// The databases that this build can reach, with the dialects that can be chosen.
  public var backends: @Sendable (DialectLibrary) -> BackendRegistry
  /// Environment variables.
  public var variables: [String: String]
  public var console: Console
  /// The console as the options of the command at hand want it.
  var active = ActiveConsole()

  public init(
    backends: @escaping @Sendable (DialectLibrary) -> BackendRegistry, variables: [String: String], console: Console
  ) {
    self.backends = backends
    self.variables = variables
    self.console = console
  }

  /// Set around each command, because ArgumentParser makes the commands itself.
  @TaskLocal static var current = CommandEnvironment(
    backends: { _ in BackendRegistry() }, variables: [:], console: .standard())

  /// The built-in dialects and those on the search path: the folders of `SESSIONIZER_DIALECTS`, separated by colons, then
  /// the user's own.
  var dialects: DialectLibrary {
    func set(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    var folders = (set("SESSIONIZER_DIALECTS") ?? "").split(separator: ":").map(String.init)
    if let configurationFolder { folders.append(configurationFolder + "/sessionizer/dialects") }
    return DialectLibrary(folders: folders)
  }

  /// The user's own, for all programs; nil where none is known.
  private var configurationFolder: String? {
    func set(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    // A path that is not absolute is to be ignored (XDG Base Directory Specification).
    return set("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? set("HOME").map { $0 + "/.config" }
  }

  /// Where plug-in files of backends are: the folders of `SESSIONIZER_BACKENDS`, then the user's own.
  var pluginFolders: [String] {
    var folders = (variables["SESSIONIZER_BACKENDS"] ?? "").split(separator: ":").map(String.init)
    if let configurationFolder { folders.append(configurationFolder + "/sessionizer/backends") }
    return folders
  }

  /// The databases that can be reached, with those of plug-in files.
  func allBackends(_ library: DialectLibrary) -> BackendRegistry {
    var registry = backends(library)
    for plugin in BackendPlugins(folders: pluginFolders).usable(beside: registry) { registry.register(plugin) }
    return registry
  }
}

extension DialectLibrary {
  /// The dialect as the tool itself talks to the engine.
  ///
  /// - Throws: `UsageError` that lists the dialects there are, `DialectFileError`
  func chosen(_ name: String) throws -> Dialect {
    guard entry(named: name) != nil else {
      let hint = NearestWord.hint(name, among: names)
      throw UsageError(
        "no dialect \(SettingText.shown(name)); "
          + (hint.isEmpty ? "there are " + names.joined(separator: ", ") : hint))
    }
    return try dialect(named: name)
  }

  /// The same for a script that any client carries out.
  func chosenScript(_ name: String) throws -> Dialect {
    let dialect = try chosen(name)
    guard let instead = dialect.scripts.instead else { return dialect.asScript }
    return try self.dialect(named: instead).asScript
  }
}
