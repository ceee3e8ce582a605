/// Reads the records of one format out of a window.
protocol FormatReader {
  /// Reads until the assembler is full or the file ends. False at the end of the file.
  mutating func read(into rows: RowAssembler) throws(FileFault) -> Bool

  /// At the end of the file: what it showed as a whole.
  mutating func finish(_ rows: RowAssembler) throws(FileFault) -> FileFindings
}

/// What a format found out about a whole file.
struct FileFindings {
  var notices: [String] = []
  /// The names of the fields that were seen.
  var names: [String] = []

  static let noPage = "it has no page, so every page is NULL; --map page=… names the field that is"
}
