public import ArgumentParser
public import SessionRunner
internal import WarehouseDriver

/// Looks at everything that a run needs.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks job file, variables, driver, connection, rights and objects, one line each.",
    discussion: """
      Whether a run, a load and a create would be allowed is told apart: their own statements are tried without rows, in \
      transactions that are rolled back. Exit code 2: something is wrong, and its line says what to do. What only a \
      command lacks that --for does not name is "no".

      Examples:
        sessionizer doctor --target sqlite:web.db
        sessionizer doctor --target prod --for run --for load
        sessionizer doctor --job prod.yml --format json
      """)

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "A command that must be able to do its work with this target; repeatable. run, if nothing is said.",
      valueName: "run|load|create"))
  var commands: [ExaminedCommand] = []

  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let console = log.console
    let results = await examine()
    var batch = RecordBatch(
      schema: [BatchColumn("check", .text), BatchColumn("result", .text), BatchColumn("detail", .text)])
    for result in results {
      batch.append(texts: [result.name, Self.word(result.outcome), Console.oneLine(result.detail)])
    }
    // What to do is the end of a line: nothing of it may be cut off.
    try await console.print(batch, format, cuttingCells: false)
    if results.contains(where: { $0.outcome == .bad }) { throw ExitCode(ExitStatus.failed) }
  }

  private func examine() async -> [Examination] {
    var results: [Examination] = []
    /// Adds a line; nil where it is a bad one.
    func look<Value>(_ name: String, _ body: () async throws -> (Value, String)) async -> Value? {
      do {
        let (value, detail) = try await body()
        results.append(Examination(name, .good, detail))
        return value
      } catch {
        results.append(Examination(name, .bad, "\(error)"))
        return nil
      }
    }
    let environment = CommandEnvironment.current
    let loaded = await look("job file") {
      let loaded = try job.load()
      return (loaded, loaded.file.isThere ? loaded.file.path : "no \(loaded.file.path); the defaults hold")
    }
    guard let loaded else { return results }
    let chosen = await look("target") {
      let chosen = try loaded.file.target(target.target, environment: environment.variables)
      // Not what stands before its colon, which may be anything until a backend knows it.
      let name = target.target.flatMap { name in loaded.file.targetNames.first { $0 == name } }
      return (chosen, name ?? (target.target == nil ? "that of \(loaded.file.path)" : "a URL"))
    }
    guard let chosen else { return results }
    let backend = await look("driver") {
      let backend = try environment.allBackends(try target.dialects.library().library).backend(for: chosen)
      return (backend, backend.schemes.map { $0 + ":" }.joined(separator: ", "))
    }
    guard let backend else { return results }
    let connection = await look("connection") {
      var options = ConnectionOptions()
      options.apply(loaded.file.timeouts.overridden(by: target.timeouts))
      return (try await backend.connect(to: chosen, options: options), "open")
    }
    guard let connection else { return results }
    let context = JobContext(
      job: loaded.job, connection: connection, logger: log.console.logger, toolVersion: ToolVersion.text)
    // What is wrong with that, the checks of the ledgers say.
    let known = try? await context.remembering(said: loaded.said, refusing: false).context
    results += await (known ?? context).examine(for: commands.isEmpty ? [.run] : Set(commands))
    await connection.close()
    return results
  }

  private static func word(_ outcome: Examination.Outcome) -> String {
    switch outcome {
    case .good: "ok"
    case .bad: "failed"
    case .advised: "advice"
    case .lacking: "no"
    case .skipped: "skipped"
    }
  }
}

extension ExaminedCommand: ExpressibleByArgument {}
