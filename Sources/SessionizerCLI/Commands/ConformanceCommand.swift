internal import ArgumentParser
internal import BackendConformance
internal import DialectFiles
internal import Foundation
internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver
internal import YAMLReading

/// Holds a database and its dialect to the contract.
struct ConformanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "Proves on a live database what it and its dialect do: the project's own tests of every backend.",
    discussion: """
      Everything that it makes has a name that begins with szkit_ and eight random digits, and is gone at the end, after \
      Ctrl-C too. It touches nothing else. Exit code 1: a check failed, or one passed that is known to fail.

      Examples:
        sessionizer conformance --target sqlite:kit.db
        sessionizer conformance --target 'odbc+mine:DSN=test' --dialect-file mine.yaml --evidence proven.yaml
        sessionizer conformance --target postgres:///test --histories 500 --format json
        sessionizer conformance --target postgres:///test --clean-up szkit_0a1b2c3d
      """)

  @Option(help: ArgumentHelp("How many random histories are played.", valueName: "n"))
  var histories = ConformanceKit.Options().histories

  @Option(help: ArgumentHelp("The seed of the first of them.", valueName: "n"))
  var seed = ConformanceKit.Options().seed

  @Option(
    help: ArgumentHelp(
      "Only this part; may be repeated: \(ConformanceSection.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"),
    completion: .list(ConformanceSection.allCases.map(\.rawValue)), transform: { try SettingText.choice($0) })
  var section: [ConformanceSection] = []

  @Option(
    help: ArgumentHelp("The schema to work in (default: the connection's own).", valueName: "schema"),
    transform: SettingText.objectName)
  var schema: ObjectName?

  @Option(
    help: ArgumentHelp(
      "A JSON file with checks that are known to fail, each with its reason; see docs/conformance.md.",
      valueName: "file"))
  var expect: String?

  @Option(help: ArgumentHelp("A file for what is proven, as lines for the dialect's file.", valueName: "file"))
  var evidence: String?

  @Option(
    help: ArgumentHelp(
      "Removes what a kit of that prefix left that was ended by force, and does nothing else.",
      valueName: "prefix"))
  var cleanUp: String?

  @Option(
    name: .customLong("job"),
    help: ArgumentHelp(
      "The job file that names the target (default: sessionizer.yml in the current folder, if it is there).",
      valueName: "file"),
    completion: .file(extensions: ["yml", "yaml"]))
  var jobFile: String?

  @OptionGroup var target: TargetOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if histories < 0 { throw ValidationError("--histories must be 0 or more") }
    if histories > 0, seed.addingReportingOverflow(UInt64(histories)).overflow {
      throw ValidationError("--seed is too large")
    }
  }

  func run() async throws {
    let console = log.console
    let kit = try await kit(console)
    if let cleanUp {
      let removed = try await kit.cleanUp(after: cleanUp)
      for name in removed { console.note("removed \(name)") }
      console.note("\(Counted.text(Int64(removed.count), "object")) removed")
      return
    }
    console.note("sessionizer: everything made here is called \(kit.prefix)_…, and is removed at the end")
    let progress = ProgressLine(console)
    defer { progress.clear() }
    let report = try await kit.run { result in progress.show("\(result.section.rawValue): \(result.id)") }
    progress.clear()
    if let evidence { try write(report, to: evidence) }
    try await console.print(ConformanceRows.batch(report), format)
    console.note("\(report.engine) \(report.version), dialect \(report.dialect.name): \(report.summary)")
    if !report.isPassed { throw ExitCode(ExitStatus.different) }
  }

  private func kit(_ console: Console) async throws -> ConformanceKit {
    let environment = CommandEnvironment.current
    let file = try JobFile.load(path: jobFile)
    let chosen = try file.target(target.target, environment: environment.variables)
    let (library, own) = try target.dialects.library()
    let backend = try environment.allBackends(library).backend(for: chosen)
    let timeouts = file.timeouts.overridden(by: target.timeouts)
    var options = ConformanceKit.Options()
    options.histories = histories
    options.seed = seed
    options.schema = schema
    options.statementTimeout = timeouts.statement
    if !section.isEmpty { options.sections = section }
    if let expect { options.expectedFailures = try ConformanceKit.Options.expectedFailures(path: expect) }
    if console.verbosity == .verbose { options.observer = { console.detail(StatementLine.text($0)) } }

    var connecting = ConnectionOptions(mayCreate: true)
    connecting.apply(timeouts)
    connecting.notice = { console.note("sessionizer: " + $0) }
    let connection = try await backend.connect(to: chosen, options: connecting)
    let facts: ServerFacts
    do {
      facts = try await connection.facts()
      await connection.close()
    } catch {
      await connection.close()
      throw error
    }
    if let own, own != facts.dialect {
      throw UsageError(
        "this target speaks the dialect \(facts.dialect), not \(own) of --dialect-file; write odbc+\(own):…")
    }
    return ConformanceKit(
      backend: backend, dialect: try library.dialect(named: facts.dialect), target: chosen, options: options)
  }

  private func write(_ report: ConformanceReport, to path: String) throws {
    let day = Date.now.formatted(.iso8601.year().month().day())
    do {
      try report.evidence(day: day, tool: ToolVersion.text).write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw OutputError.failed("\(path) cannot be written; check the path and its rights")
    }
  }
}

/// The report as rows.
enum ConformanceRows {
  static func batch(_ report: ConformanceReport) -> RecordBatch {
    var batch = RecordBatch(
      schema: ["topic", "item", "result", "seconds", "meaning", "detail"].map { BatchColumn($0, .text) })
    for result in report.results {
      batch.append(texts: [
        result.section.rawValue, result.id, result.word, seconds(result.duration), result.meaning,
        result.detail.map(Console.oneLine) ?? "",
      ])
    }
    for capability in Capability.allCases {
      let support = report.dialect.support(for: capability)
      let word = support.isUsable ? report.finding(capability).rawValue : "not claimed"
      batch.append(texts: [
        "capability", capability.rawValue, word, "", "The dialect says \(support.state.rawValue).",
        checks(report, capability.rawValue),
      ])
    }
    for trap in Trap.allCases {
      batch.append(texts: [
        "trap", trap.rawValue, report.finding(trap).rawValue, "", trap.title, checks(report, trap.rawValue),
      ])
    }
    return batch
  }

  /// The checks that speak for an answer: those that failed, or how many passed.
  private static func checks(_ report: ConformanceReport, _ name: String) -> String {
    let about = report.checks(for: name)
    let failed = about.filter { $0.word.hasPrefix("failed") }.map(\.id)
    if !failed.isEmpty { return failed.joined(separator: ", ") }
    let passed = about.count { $0.outcome == .passed }
    return passed > 0 ? Counted.text(Int64(passed), "check") : ""
  }

  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = Int64(duration / .milliseconds(1))
    let fraction = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}
