internal import ArgumentParser
internal import WarehouseDriver

/// What targets can be reached from here.
struct BackendsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backends",
    abstract: "Lists how targets can begin, which drivers are found, and why one is not.",
    discussion: """
      ADBC drivers are found by manifests and by the system's loader (docs/adbc.md). A plug-in file NAME.yaml in \
      ~/.config/sessionizer/backends, or in a folder of SESSIONIZER_BACKENDS, makes NAME:… a target (docs/porting.md).

      Examples:
        sessionizer backends
        ADBC_DRIVER_PATH=/opt/adbc sessionizer backends
      """)

  @OptionGroup var dialects: DialectOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let environment = CommandEnvironment.current
    let registry = environment.backends(try dialects.library().library)
    let plugins = BackendPlugins(folders: environment.pluginFolders)
    var batch = RecordBatch(schema: ["target", "state", "detail"].map { BatchColumn($0, .text) })
    func add(_ finding: BackendFinding) {
      batch.append(texts: [finding.target, finding.isFound ? "found" : "not found", finding.detail])
    }
    for backend in registry.backends { backend.findings().forEach(add) }
    for plugin in plugins.usable(beside: registry) { plugin.findings().forEach(add) }
    try await log.console.print(batch, format)
    for fault in plugins.faults { log.console.note("\(fault)") }
  }
}
