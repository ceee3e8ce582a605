import Foundation
import Testing
import WarehouseDriver

@testable import SessionizerCLI

/// A terminal is shown nothing that it would obey, and a file gets every byte.
@Suite struct TerminalTests {
  private static let nasty = "a\u{1B}]0;owned\u{7}\u{9B}31m\u{202E}gpj.\u{2066}\u{200F}\u{E0041}\u{7F}b"

  private func batch() -> RecordBatch {
    var batch = RecordBatch(schema: [BatchColumn(Self.nasty, .text)])
    batch.append(texts: [Self.nasty])
    return batch
  }

  private func isHarmless(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || !DisplayText.isUnsafe($0) }
  }

  @Test(arguments: OutputFormat.allCases + [.spreadsheet]) func rows(format: OutputFormat) async throws {
    let sink = MemorySink()
    let terminal = RowOutput(format, to: sink, style: TextStyle(isTerminal: true))
    try await terminal.write(batch())
    try await terminal.finish()
    #expect(isHarmless(sink.text), "\(sink.text.debugDescription)")
    guard format == .csv else { return }
    let file = MemorySink()
    let plain = RowOutput(format, to: file)
    try await plain.write(batch())
    try await plain.finish()
    #expect(file.text == "\(Self.nasty)\n\(Self.nasty)\n")
  }

  @Test func notesErrorsAndLines() throws {
    let output = MemorySink()
    let errors = MemorySink()
    let console = Console(
      output: output, errors: errors, outputStyle: TextStyle(isTerminal: true), verbosity: .verbose)
    console.note("\(Self.nasty): 5 new pageviews")
    console.detail("SELECT '\(Self.nasty)'\nFROM t")
    console.error("no \(Self.nasty)")
    console.logger.warning("\(Self.nasty)")
    try console.print("-- \(Self.nasty)\nSELECT 1")
    #expect(isHarmless(errors.text) && isHarmless(output.text))
    #expect(errors.text.contains("\nFROM t") && output.text.contains("\nSELECT 1"))
  }

  /// The name of a file is a text of somebody's, too.
  @Test func namesOfFiles() async throws {
    let run = await ToolRun("load", "/nowhere/\(Self.nasty).csv", "--target", "sqlite:/nowhere/\(Self.nasty).db")
    #expect(run.code == 2 && isHarmless(run.errors))
  }

  @Test func formulasOfSpreadsheets() async throws {
    var batch = RecordBatch(schema: [BatchColumn("page", .text), BatchColumn("n", .int64)])
    for text in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u{FF1D}1", "/a=b", "a,=b", ""] {
      batch.columns[0].append(text)
      batch.columns[1].append(Int64(-5))
    }
    let sink = MemorySink()
    let rows = RowOutput(.spreadsheet, to: sink)
    try await rows.write(batch)
    try await rows.finish()
    #expect(
      sink.text
        == "page,n\n'=1+1,-5\n'+1,-5\n'-1,-5\n'@x,-5\n'\t=1,-5\n\"'\r=1\",-5\n' =1,-5\n'\u{FF1D}1,-5\n/a=b,-5\n\"a,=b\",-5\n,-5\n"
    )
    let other = await ToolRun("sessions", "--target", "sqlite:x", "--safe-for-spreadsheets")
    #expect(other.code == 64 && other.errors.contains("--format csv"))
  }
}
