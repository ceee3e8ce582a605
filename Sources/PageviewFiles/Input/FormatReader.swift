/// Reads the records of one format out of a window.
protocol FormatReader {
  /// Reads until the assembler is full or the file ends. False at the end of the file.
  mutating func read(into rows: inout RowAssembler) throws(FileFault) -> Bool
}
