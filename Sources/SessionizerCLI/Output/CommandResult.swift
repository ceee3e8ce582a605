internal import ArgumentParser
internal import Foundation
internal import SessionRunner
internal import Synchronization
internal import WarehouseDriver

/// What came of a command, for programs: `--format json|jsonl` and the log.
///
/// A result is given in any case, so that a scheduler need not read messages: where the command fails, its facts are the
/// exit code, the reason and the message.
final class CommandResult {
  /// The command's own facts, in their order.
  var facts: [Fact] = []
  /// Rows that are printed before it, and not finished yet: then it is the last object among them.
  var rows: RowOutput?
  /// Why the command ended as it did, where the exit code does not say it.
  var reason: String?

  private let command: String
  private let format: OutputFormat?
  private let tally: StatementTally

  private init(_ command: String, _ format: OutputFormat?, _ tally: StatementTally) {
    self.command = command
    self.format = format
    self.tally = tally
  }

  /// Carries a command's work out, and gives its result in the end.
  ///
  /// - Parameters:
  ///   - format: nil prints nothing
  ///   - tally: counts what the command's connections read and write
  static func reporting(
    _ command: String, _ format: OutputFormat?, _ console: Console, tally: StatementTally = StatementTally(),
    _ body: (CommandResult) async throws -> Void
  ) async throws {
    let result = CommandResult(command, format, tally)
    let start = ContinuousClock.now
    do {
      try await body(result)
    } catch {
      // The command's own error is the one to tell.
      try? await result.finish(console, start, error)
      throw error
    }
    try await result.finish(console, start, nil)
  }

  private func finish(_ console: Console, _ start: ContinuousClock.Instant, _ error: (any Error)?) async throws {
    let code = Task.isCancelled && error != nil ? ExitStatus.interrupted : error.map(ExitStatus.code) ?? ExitStatus.done
    let isMessage = error.map { !($0 is ExitCode) && code != ExitStatus.interrupted } ?? false
    let all =
      [
        Fact("result", command), Fact("exit_code", Int64(code)), Fact("reason", reason ?? Self.reason(code)),
        Fact("message", isMessage ? error.map { Console.oneLine("\($0)") } : nil),
      ] + facts + [
        Fact("rows_read", tally.read), Fact("rows_written", tally.written),
        Fact("duration_seconds", seconds: ContinuousClock.now - start),
      ]
    console.record("\(command) ended: \(reason ?? Self.reason(code))", all)
    guard let format else {
      try await rows?.finish()
      return
    }
    let output = rows ?? console.rows(format)
    try await output.write(section: Self.batch(all))
    try await output.finish()
  }

  /// The exit code in a word.
  private static func reason(_ code: Int32) -> String {
    switch code {
    case ExitStatus.done: "done"
    case ExitStatus.different: "different"
    case ExitStatus.usage: "wrong usage"
    case ExitStatus.busy: "busy"
    case ExitStatus.interrupted: "interrupted"
    default: "failed"
    }
  }

  /// One row; decimals travel as text.
  private static func batch(_ facts: [Fact]) -> RecordBatch {
    var batch = RecordBatch(
      schema: facts.map { fact in
        if case .integer = fact.value { BatchColumn(fact.name, .int64) } else { BatchColumn(fact.name, .text) }
      })
    for (index, fact) in facts.enumerated() {
      switch fact.value {
      case .text(let text): batch.columns[index].append(text)
      case .decimal(let text): batch.columns[index].append(text)
      case .integer(let number): batch.columns[index].append(number)
      case .unknown: batch.columns[index].appendNull()
      }
    }
    return batch
  }
}

/// How many rows a command's statements read and wrote, as far as the engine says.
final class StatementTally: Sendable {
  private let counts = Mutex<(read: Int64?, written: Int64?)>((nil, nil))

  /// Rows that queries gave.
  var read: Int64? { counts.withLock { $0.read } }
  /// Rows that were inserted, those of scratch tables among them.
  var written: Int64? { counts.withLock { $0.written } }

  func count(_ event: StatementEvent) {
    guard let rows = event.rows else { return }
    let word = event.sql.prefix { !$0.isWhitespace }.uppercased()
    counts.withLock { counts in
      switch word {
      case "SELECT", "WITH", "VALUES", "TABLE": counts.read = (counts.read ?? 0) + Int64(rows)
      case "INSERT", "COPY": counts.written = (counts.written ?? 0) + Int64(rows)
      default: break
      }
    }
  }
}
