import Foundation
import Testing
import WarehouseDriver

@testable import SessionizerCLI

/// Which rows and columns are printed, and how wide tables and faults are shown.
@Suite struct ShapeTests {
  private static let columns = [
    BatchColumn("id", .int64), BatchColumn("verdict", .text), BatchColumn("nothing", .text),
  ]
  private static let batch = RecordBatch(
    columns,
    [
      [.number(1), .text("ok"), .null], [.number(2), .text("fault"), .null], [.number(3), .text("ok"), .null],
    ])

  private func shown(
    _ format: OutputFormat, _ shape: RowShape = RowShape(), style: TextStyle = TextStyle(), batches: Int = 1
  ) async throws -> String {
    let sink = MemorySink()
    let output = RowOutput(format, to: sink, style: style, shape: shape)
    for _ in 0..<batches { try await output.write(Self.batch) }
    try await output.finish()
    return sink.text
  }

  @Test func columnsAndRowsCanBeChosen() async throws {
    #expect(try await shown(.csv, RowShape(columns: ["verdict", "id"], limit: 2)) == "verdict,id\nok,1\nfault,2\n")
    #expect(
      try await shown(.jsonl, RowShape(columns: ["id"], limit: 4), batches: 3) == #"""
        {"id":1}
        {"id":2}
        {"id":3}
        {"id":1}

        """#)
    await #expect {
      try await shown(.csv, RowShape(columns: ["ids"]))
    } throws: { "\($0)" == "no column ids (--columns); there are id, verdict, nothing" }
  }

  /// On a screen only: what programs read has every column.
  @Test func columnsWithoutAValueAreLeftOutAndNamed() async throws {
    let screen = try await shown(.table, style: TextStyle(isTerminal: true))
    #expect(
      screen == """
        id  verdict
        --  -------
         1  ok
         2  fault
         3  ok
        (no value in any row: nothing)

        """)
    #expect(try await shown(.table).contains("nothing"))
    // Of a longer result nobody knows yet.
    #expect(try await !shown(.table, style: TextStyle(isTerminal: true), batches: 101).contains("no value"))
  }

  @Test func eachRowCanBeABlock() async throws {
    let lines = try await shown(.table, RowShape(limit: 1, isExpanded: true)).split(separator: "\n")
    #expect(lines[0].hasPrefix("-- row 1 ---") && lines.dropFirst() == ["id       1", "verdict  ok", "nothing  NULL"])
  }

  @Test func faultsAreRed() async throws {
    let style = TextStyle(isTerminal: true, isColored: true)
    for shape in [RowShape(), RowShape(isExpanded: true)] {
      let text = try await shown(.table, shape, style: style)
      #expect(text.contains("\u{1B}[31mfault\u{1B}[0m") && !text.contains("\u{1B}[31mok"))
    }
    #expect(try await !shown(.table).contains("\u{1B}"))
  }

  /// Rows on a terminal go through the pager that the user has set, and no others do.
  @Test(arguments: [true, false]) func aPagerIsUsedOnATerminal(isTerminal: Bool) async throws {
    let folder = try TemporaryFolder()
    let seen = folder.path + "/seen"
    let sink = MemorySink()
    let style = TextStyle(isTerminal: isTerminal)
    let console = Console(output: sink, errors: MemorySink(), outputStyle: style)
    let environment = CommandEnvironment(
      backends: { _ in BackendRegistry() }, variables: ["PAGER": "cat > '\(seen)'", "PATH": "/usr/bin:/bin"],
      console: console)
    try await CommandEnvironment.$current.withValue(environment) {
      try await console.stream(.table, RowShape(limit: 2)) { write in
        try await write(Self.batch)
        Issue.record("reading went on behind the limit")
      }
    }
    let paged = (try? String(contentsOfFile: seen, encoding: .utf8)) ?? ""
    #expect(paged.contains("fault") == isTerminal && sink.text.contains("fault") != isTerminal)
  }

  /// How long a step takes is seen though nobody calls; a log hears of it now and then.
  @Test func progressCountsTheTime() async throws {
    let errors = MemorySink()
    let console = Console(output: MemorySink(), errors: errors, errorStyle: TextStyle(isTerminal: true))
    let line = ProgressLine(console)
    line.show("step 1 of 2: rows …", always: true)
    func lines() -> Int { errors.text.split(separator: "\r").count { $0.contains("step 1 of 2: rows … ") } }
    // On a machine that is busy a second may be long.
    for _ in 0..<600 where lines() < 2 { try await Task.sleep(for: .milliseconds(100)) }
    #expect(lines() >= 2)
    line.clear()
    #expect(errors.text.hasSuffix("\r\u{1B}[K"))
    // After it is taken away, nothing is written.
    let before = errors.text
    try await Task.sleep(for: .milliseconds(1200))
    #expect(errors.text == before)
    withExtendedLifetime(line) {}
  }
}
