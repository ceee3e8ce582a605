internal import Logging
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// What most commands begin and end with: the job is read, the target chosen, the connection opened, and closed again
/// whatever happens.
struct JobWork {
  var target: TargetOptions
  var job: JobOptions
  var log: LogOptions
  /// Whether the database may be made if it does not exist.
  var mayCreate = false
  /// Whether the command only reads.
  var readOnly = false
  /// Whether it shows what the ledgers hold, whatever the job says now.
  var readsLedgers = false
  /// Whether a setting that is said must be the ledgers'.
  var mustMatch = true
  /// How long it waits for another run of the job.
  var wait: Duration = .zero
  /// Counts what its statements read and write.
  var tally: StatementTally?

  func run<Result>(_ body: (JobContext, Console) async throws -> Result) async throws -> Result {
    try await run(try job.load()) { context, _, console in try await body(context, console) }
  }

  /// The same, with a job that is read already, and with what the ledgers know of the fields of files.
  func run<Result>(
    _ loaded: LoadedJob, _ body: (JobContext, _ fields: [String: String], Console) async throws -> Result
  ) async throws -> Result {
    let environment = CommandEnvironment.current
    let console = log.console
    let chosen = try loaded.file.target(target.target, environment: environment.variables)
    let backends = environment.allBackends(try target.dialects.library().library)
    let connection = try await backends.backend(for: chosen).connect(
      to: chosen, options: connectionOptions(console, loaded.file.timeouts))
    let context = JobContext(
      job: loaded.job, connection: connection, logger: console.logger, toolVersion: ToolVersion.text)
    let result: Result
    do {
      if readsLedgers {
        try await context.requireLedger(has: job.asked)
        result = try await body(context, [:], console)
      } else {
        let (context, fields) = try await context.remembering(said: loaded.said, refusing: mustMatch)
        result = try await body(context, fields, console)
      }
    } catch {
      await connection.close()
      throw error
    }
    await connection.close()
    return result
  }

  private func connectionOptions(_ console: Console, _ timeouts: Timeouts) -> ConnectionOptions {
    var options = ConnectionOptions(mayCreate: mayCreate, readOnly: readOnly)
    options.jobWait = wait
    options.apply(timeouts.overridden(by: target.timeouts))
    options.notice = { console.note("sessionizer: " + $0) }
    options.observe(console, tally)
    return options
  }
}

extension ConnectionOptions {
  /// Has statements counted, and shown with `--verbose`.
  ///
  /// - Parameter place: put before each, where there are several connections
  mutating func observe(_ console: Console, _ tally: StatementTally?, place: String = "") {
    let isShown = console.verbosity == .verbose
    guard isShown || tally != nil else { return }
    observer = { event in
      tally?.count(event)
      if isShown { console.detail(place + StatementLine.text(event)) }
    }
  }
}

/// A statement, its time and its rows, as `--verbose` shows them.
enum StatementLine {
  static func text(_ event: StatementEvent) -> String {
    let rows = event.rows.map { ", \(Counted.text(Int64($0), "row"))" } ?? ""
    return "-- \(Elapsed.text(event.duration))\(rows)\n\(event.sql)"
  }
}
