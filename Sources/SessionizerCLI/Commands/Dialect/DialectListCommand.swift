internal import ArgumentParser
internal import DialectFiles
internal import SQLRendering
internal import WarehouseDriver

/// Every dialect that can be chosen.
struct DialectListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the dialects, what stands behind each, and where it comes from.")

  @OptionGroup var dialects: DialectOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let console = log.console
    let library = try dialects.library().library
    var batch = RecordBatch(
      schema: ["dialect", "engine", "evidence", "answers", "from"].map { BatchColumn($0, .text) })
    var faulty: [DialectFileError] = []
    for entry in library.entries {
      do throws(DialectFileError) {
        let dialect = try library.dialect(at: entry)
        batch.append(texts: [
          dialect.name, dialect.title, dialect.evidence.rawValue + (dialect.smokeTest == nil ? "" : ", smoke test"),
          dialect.evidenceSummary,
          entry.isBuiltIn ? "built in" : entry.path,
        ])
      } catch {
        faulty.append(error)
      }
    }
    try await console.print(batch, format)
    for path in library.hiddenFiles {
      console.note("\(path) is not used: its name is that of a built-in dialect; give it another one")
    }
    if let first = faulty.first {
      throw DialectFileError(faulty.flatMap(\.problems), isUnreadable: first.isUnreadable)
    }
  }
}
