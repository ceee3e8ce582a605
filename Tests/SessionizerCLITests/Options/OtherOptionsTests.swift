import ArgumentParser
import SessionPlan
import Testing
import WarehouseDriver
import YAMLReading

@testable import SessionizerCLI

@Suite struct OtherOptionsTests {
  @Test(arguments: [
    ("2026-01-01", 1_767_225_600_000_000), ("2026-01-01 00:30", 1_767_227_400_000_000),
    ("2026-01-01 00:00:01", 1_767_225_601_000_000), ("2026-01-01 00:00:00.000001", 1_767_225_600_000_001),
    ("0001-01-02", -62_135_510_400_000_000),
  ])
  func windowTimes(text: String, microseconds: Int64) throws {
    #expect(try WindowOptions.parse(["--from", text]).from?.microseconds == microseconds)
  }

  @Test(arguments: [
    ["--from", "2026-01-02", "--to", "2026-01-01"],
    ["--from", "2026-02-30"], ["--to", "yesterday"], ["--from", "2026-01-01 24:00"],
  ])
  func wrongWindows(arguments: [String]) {
    do {
      _ = try WindowOptions.parse(arguments)
      Issue.record("\(arguments) was accepted")
    } catch {
      #expect(WindowOptions.exitCode(for: error).rawValue == 64)
    }
  }

  /// An offset before UTC needs no equals sign.
  @Test func offsetsMayBeginWithAMinusSign() throws {
    #expect(try FileOptions.parse(["--file-time-zone", "-07:00"]).fileTimeZone == SettingText.fileZone("-07:00"))
    #expect(try JobOptions.parse(["--time-zone", "-09:30"]).timeZone == "-09:30")
    #expect(try JobOptions.parse(["--time-zone=-09:30", "--gap", "10m"]).gap == Gap(text: "10m"))
    #expect(throws: (any Error).self) { try JobOptions.parse(["--time-zone", "--gap", "10m"]) }
    #expect(try FileOptions.parse(["--require-event-ids"]).requireEventIDs)
  }

  @Test(arguments: [("0", Duration.zero), ("30", .seconds(30)), ("0.5", .milliseconds(500))])
  func wait(text: String, duration: Duration) throws {
    #expect(try WaitOptions.parse(["--wait", text]).wait == duration)
  }

  @Test(arguments: ["-1", "x", "nan", "inf", "1e99"])
  func wrongWait(text: String) {
    #expect(throws: (any Error).self) { try WaitOptions.parse(["--wait=\(text)"]) }
  }

  /// The flag decides, then NO_COLOR, then whether it is a terminal.
  @Test(
    arguments: [
      (["--color", "always"], ["NO_COLOR": "1"], false, true), (["--color", "never"], [:], true, false),
      ([], ["NO_COLOR": "1"], true, false), ([], ["NO_COLOR": ""], true, true), ([], [:], false, false),
      ([], ["TERM": "dumb"], true, false),
    ] as [([String], [String: String], Bool, Bool)])
  func color(arguments: [String], environment: [String: String], isTerminal: Bool, expected: Bool) throws {
    let style = TextStyle(isTerminal: isTerminal)
    let console = Console(output: MemorySink(), errors: MemorySink(), outputStyle: style, errorStyle: style)
    let applied = try LogOptions.parse(arguments).applied(to: console, environment: environment)
    #expect(applied.outputStyle.isColored == expected)
    #expect(applied.errorStyle.isColored == expected)
  }

  @Test func quietAndVerbose() throws {
    #expect(throws: (any Error).self) { try LogOptions.parse(["--quiet", "--verbose"]) }
    for (arguments, expected) in [([], "note\n"), (["--quiet"], ""), (["--verbose"], "note\ndetail\n")] {
      let errors = MemorySink()
      let console = try LogOptions.parse(arguments).applied(
        to: Console(output: MemorySink(), errors: errors), environment: [:])
      console.note("note")
      console.detail("detail")
      #expect(errors.text == expected)
      console.error("a\nb\u{1B}[31m")
      #expect(errors.text == expected + "sessionizer: a b\\u{1b}[31m\n")
    }
  }

  @Test func progressIsForTerminalsOnly() throws {
    for isTerminal in [true, false] {
      let errors = MemorySink()
      let console = Console(output: MemorySink(), errors: errors, errorStyle: TextStyle(isTerminal: isTerminal))
      let line = ProgressLine(console)
      line.show("1,000 rows")
      line.clear()
      #expect(errors.text.contains("1,000 rows") == isTerminal)
    }
  }

  @Test func exitCodes() {
    let cases: [(error: any Error, code: Int32)] = [
      (DriverError(.jobLocked, phase: .lock, "busy"), 75), (DriverError(.cancelled, phase: .execute, "x"), 130),
      (DriverError(.readOnly, phase: .execute, "x"), 2), (CancellationError(), 130),
      (JobFileError(file: "f", message: "m"), 2), (UsageError("x"), 64),
      (TargetChoiceError(description: "x", isMissing: true), 64),
      (TargetChoiceError(description: "x", isMissing: false), 2), (OutputError.brokenPipe, 0),
      (OutputError.failed("full"), 2), (ExitCode(1), 1),
    ]
    for (error, code) in cases { #expect(ExitStatus.code(of: error) == code, "\(error)") }
  }
}
