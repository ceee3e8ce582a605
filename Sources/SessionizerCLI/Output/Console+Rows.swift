internal import WarehouseDriver

extension Console {
  /// An output for rows on standard output.
  ///
  /// - Parameter decimals: more text columns that hold exact decimal numbers
  func rows(
    _ format: OutputFormat, shape: RowShape = RowShape(), decimals: Set<String> = [], to sink: (any ByteSink)? = nil
  ) -> RowOutput {
    RowOutput(
      format, to: sink ?? output, decimals: RowOutput.usualDecimals.union(decimals), style: outputStyle, shape: shape)
  }

  /// Prints a few rows at once.
  ///
  /// - Parameter cuttingCells: whether long cells are cut in a terminal
  func print(_ batch: RecordBatch, _ options: FormatOptions, cuttingCells: Bool = true) async throws {
    var shape = options.shape
    shape.cutsCells = cuttingCells
    let rows = rows(options.format, shape: shape)
    try await rows.write(batch)
    try await rows.finish()
  }

  /// Prints rows as they are read, through the user's pager where there is one.
  ///
  /// - Parameter body: gets what takes a batch. Where no more rows are wanted, that throws, to end the reading.
  func stream(
    _ format: OutputFormat, _ shape: RowShape, decimals: Set<String> = [],
    _ body: ((RecordBatch) async throws -> Void) async throws -> Void
  ) async throws {
    let pager = format == .table ? Pager.start(self, CommandEnvironment.current.variables) : nil
    defer { pager?.finish() }
    let rows = rows(format, shape: shape, decimals: decimals, to: pager)
    let progress = ProgressLine(self)
    defer { progress.clear() }
    var count: Int64 = 0
    // A screen that shows the rows shows how far they are; before the first of them there is nothing else to see.
    progress.show("reading …")
    do {
      try await body { batch in
        count += Int64(batch.rowCount)
        if outputStyle.isTerminal {
          progress.clear()
        } else {
          let total = count
          progress.show("\(Counted.text(total, "row")) …")
        }
        try await rows.write(batch)
        if await rows.isFull { throw RowLimitReached() }
      }
    } catch is RowLimitReached {}
    try await rows.finish()
  }
}

extension RecordBatch {
  /// Appends a row of texts; nil is NULL.
  mutating func append(texts: [String?]) {
    for (index, text) in texts.enumerated() {
      if let text { columns[index].append(text) } else { columns[index].appendNull() }
    }
  }
}
