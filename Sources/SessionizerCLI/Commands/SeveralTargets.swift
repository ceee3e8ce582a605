internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// What `JobWork` is for one target, for several.
struct SeveralTargets {
  var targets: TargetsOptions
  var job: JobOptions
  var log: LogOptions
  var mayWrite: Bool
  /// How long it waits for another run of the job.
  var wait: Duration = .zero
  /// Counts what its statements read and write.
  var tally: StatementTally?

  func run<Result>(_ body: ([TargetComparison.Side], Console) async throws -> Result) async throws -> Result {
    let environment = CommandEnvironment.current
    let console = log.console
    let loaded = try job.load()
    let backends = environment.allBackends(try targets.dialects.library().library)
    let chosen = TargetsOptions.split(
      targets.targets, names: loaded.file.targetNames, schemes: backends.backends.flatMap(\.schemes))
    guard chosen.count >= 2 else { throw UsageError("--targets must name two databases or more, separated by commas") }
    var sides: [TargetComparison.Side] = []
    let result: Result
    do {
      for (index, text) in chosen.enumerated() {
        let target = try loaded.file.target(text, environment: environment.variables)
        let isName = loaded.file.targetNames.contains(text)
        // A URL may hold a password; the number tells two of one scheme apart.
        let name = isName ? text : "\(index + 1) (\(target))"
        let connection = try await backends.backend(for: target).connect(
          to: target, options: options(name, console, loaded.file.timeouts))
        sides.append(
          TargetComparison.Side(
            name: name,
            context: JobContext(
              job: loaded.job, connection: connection, logger: console.logger, toolVersion: ToolVersion.text)))
      }
      result = try await body(sides, console)
    } catch {
      for side in sides { await side.context.connection.close() }
      throw error
    }
    for side in sides { await side.context.connection.close() }
    return result
  }

  private func options(_ name: String, _ console: Console, _ timeouts: Timeouts) -> ConnectionOptions {
    var options = ConnectionOptions(mayCreate: mayWrite, readOnly: !mayWrite)
    options.jobWait = wait
    options.apply(timeouts.overridden(by: targets.timeouts))
    options.notice = { console.note("sessionizer: \(name): " + $0) }
    options.observe(console, tally, place: "-- \(name)\n")
    return options
  }
}
