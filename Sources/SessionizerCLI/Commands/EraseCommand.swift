internal import ArgumentParser
internal import Crypto
internal import Foundation
internal import SessionRunner
internal import WarehouseDriver

/// Removes users' rows.
struct EraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract:
      "Removes all rows of a user, from the source and the ledgers: prints the statements, and with --yes executes them.",
    discussion: """
      Each user's rows go in one transaction: pageviews of the source, of the ledger and of quarantine, sessions, and what \
      became of them, in all runs, so that --as-of does not show the user any more. What was done is noted in \
      session_erasures, with a keyed hash in the place of the id, and shows up in sessions --changed-since. It needs the right \
      to DELETE, which a run does not need and should not have; a guard (create --guard) is lifted and put back. See \
      docs/privacy.md, also for what it cannot reach.

      The key comes from a file (--key-file) or from SESSIONIZER_ERASURE_KEY: 16 bytes or more. Whoever has it can find out \
      whether a user was erased.

      Examples:
        sessionizer erase --target prod --user 4711
        sessionizer erase --target prod --users leaving.txt --key-file erasure.key --yes
      """)

  @Option(
    name: .customLong("user"), help: ArgumentHelp("The user, as the ledgers have it; may be repeated.", valueName: "id")
  )
  var users: [String] = []

  @Option(
    name: .customLong("users"), help: ArgumentHelp("A file of users, one a line, in UTF-8.", valueName: "file"),
    completion: .file())
  var usersFile: String?

  @Option(
    help: ArgumentHelp("The file with the key of the hash (default: SESSIONIZER_ERASURE_KEY).", valueName: "file"),
    completion: .file())
  var keyFile: String?

  @Flag(help: "Execute the statements.")
  var yes = false

  @OptionGroup var waiting: WaitOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup(title: JobOptions.title) var job: JobOptions
  @OptionGroup var result: ResultOptions
  @OptionGroup var log: LogOptions

  mutating func validate() throws {
    if users.isEmpty && usersFile == nil { throw ValidationError("name a user (--user), or a file of users (--users)") }
    if users.contains("") { throw ValidationError("--user names no user") }
    if !yes && result.format != nil {
      throw ValidationError("without --yes the statements are printed; leave --format out")
    }
  }

  func run() async throws {
    let tally = StatementTally()
    try await CommandResult.reporting("erase", result.format, log.console, tally: tally) { result in
      try await erase(result, tally)
    }
  }

  private func erase(_ result: CommandResult, _ tally: StatementTally) async throws {
    let all = try listed()
    let key = try ErasureKey.read(keyFile, CommandEnvironment.current.variables, isNeeded: yes)
    var sums = ErasureSums()
    defer { result.facts = [Fact("users", sums.count)] + sums.facts }
    try await JobWork(target: target, job: job, log: log, wait: waiting.wait, tally: tally).run { context, console in
      let progress = ProgressLine(console)
      defer { progress.clear() }
      for (index, user) in all.enumerated() {
        let hash = key?.hash(user) ?? "hmac-sha256:… (needs the key)"
        let request = EraseRequest(user: user, hash: hash, wait: waiting.wait)
        guard yes else {
          try console.print(try await context.eraseScript(request))
          continue
        }
        progress.show("erasing user \(index + 1) of \(all.count) …")
        let report = try await context.erase(request) {
          progress.show("user \(index + 1) of \(all.count): \($0.words)")
        }
        progress.clear()
        sums.add(report)
        console.note("run \(report.runID) (erase): " + sums.words(report))
      }
      if !yes { console.note("nothing was removed: --yes executes these statements, in one transaction for each user") }
    }
  }

  private func listed() throws -> [String] {
    guard let usersFile else { return users }
    let shown = DisplayText.visible(usersFile)
    guard let data = FileManager.default.contents(atPath: usersFile) else {
      throw OutputError.failed("cannot read \(shown)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw OutputError.failed("\(shown) is not valid UTF-8")
    }
    // By bytes, since a carriage return and a line feed are one character. Blanks may be part of an id.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
    return users + lines.filter { !$0.isEmpty }
  }
}

/// The key of the hash that stands in the place of a user's id.
struct ErasureKey {
  static let variable = "SESSIONIZER_ERASURE_KEY"
  static let shortest = 16

  private let key: SymmetricKey

  /// - Throws: `UsageError` where there is none and one is needed
  static func read(_ path: String?, _ variables: [String: String], isNeeded: Bool) throws -> ErasureKey? {
    let bytes: Data
    if let path {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw OutputError.failed("cannot read \(DisplayText.visible(path))")
      }
      // The line break at the end of a text file is no part of the key.
      bytes = data.last == UInt8(ascii: "\n") ? data.dropLast() : data
    } else if let text = variables[variable], !text.isEmpty {
      bytes = Data(text.utf8)
    } else {
      guard isNeeded else { return nil }
      throw UsageError("erase needs a key for the hash that it notes; name a file with --key-file, or set \(variable)")
    }
    guard bytes.count >= shortest else {
      throw UsageError(
        "the key has \(bytes.count) bytes, and \(shortest) are the least; make one with openssl rand -hex 32")
    }
    return ErasureKey(key: SymmetricKey(data: bytes))
  }

  /// HMAC with SHA-256 of the id's UTF-8 bytes, in lower-case hex behind its name.
  func hash(_ user: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Data(user.utf8), using: key)
    return "hmac-sha256:" + code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// What several removals came to.
struct ErasureSums {
  var count: Int64 = 0
  private var sourceRows: Int64 = 0
  private var pageviews: Int64 = 0
  private var sessions: Int64 = 0
  private var lineageRows: Int64 = 0
  private var quarantined: Int64 = 0
  private var lastRun: Int64?

  mutating func add(_ report: ErasureReport) {
    count += 1
    sourceRows += report.sourceRows
    pageviews += report.pageviews
    sessions += report.sessions
    lineageRows += report.lineageRows
    quarantined += report.quarantined
    lastRun = report.runID
  }

  var facts: [Fact] {
    [
      Fact("run_id", lastRun), Fact("source_rows", sourceRows), Fact("pageviews", pageviews),
      Fact("sessions", sessions), Fact("lineage_rows", lineageRows), Fact("quarantined", quarantined),
    ]
  }

  func words(_ report: ErasureReport) -> String {
    [
      "\(Counted.text(report.sourceRows, "source row")) removed", Counted.text(report.pageviews, "pageview"),
      Counted.text(report.sessions, "session"), Counted.text(report.lineageRows, "lineage row"),
      "\(Counted.number(report.quarantined)) from quarantine",
    ].joined(separator: ", ")
  }
}

extension Console {
  /// Statements, each behind what it is for.
  func print(_ steps: [DryRunStep]) throws {
    for step in steps {
      try print("-- \(step.name): \(step.purpose)\n" + step.sql.map { $0 + ";" }.joined(separator: "\n") + "\n")
    }
  }
}
