public import WarehouseDriver

/// Writes column batches as CSV (RFC 4180, lines end with LF).
///
/// ```swift
/// let writer = CSVWriter()
/// var bytes: [UInt8] = []
/// writer.appendHeader(batch.schema.map(\.name), to: &bytes)
/// writer.append(batch, to: &bytes)
/// ```
public struct CSVWriter: Hashable, Sendable {
  public enum Quoting: Hashable, Sendable {
    /// Only where the field has a delimiter, a quote or a line end.
    case whenNeeded
    /// Every field but NULL.
    case always
  }

  public enum EmptyText: Hashable, Sendable {
    /// As an empty field, just as NULL: the form of the exports.
    case likeNull
    /// As `""`, so that it is read back as the empty text and NULL as NULL.
    case quoted
  }

  public var quoting: Quoting
  public var emptyText: EmptyText
  private let delimiter: UInt8

  /// - Parameter delimiter: an ASCII character.
  public init(
    quoting: Quoting = .whenNeeded, emptyText: EmptyText = .likeNull, delimiter: Unicode.Scalar = ","
  ) {
    self.quoting = quoting
    self.emptyText = emptyText
    self.delimiter = UInt8(ascii: delimiter)
  }

  public func appendHeader(_ names: [String], to bytes: inout [UInt8]) {
    for (index, name) in names.enumerated() {
      if index > 0 { bytes.append(delimiter) }
      appendText(Array(name.utf8)[...], isOnlyColumn: names.count == 1, to: &bytes)
    }
    bytes.append(ASCII.lineFeed)
  }

  /// Appends one line for each row. Times have the canonical form, `YYYY-MM-DD HH:MM:SS.ffffff`.
  public func append(_ batch: RecordBatch, to bytes: inout [UInt8]) {
    for row in 0..<batch.rowCount {
      for (index, column) in batch.columns.enumerated() {
        if index > 0 { bytes.append(delimiter) }
        append(column, row, isOnlyColumn: batch.columns.count == 1, to: &bytes)
      }
      bytes.append(ASCII.lineFeed)
    }
  }

  private func append(_ column: ColumnVector, _ row: Int, isOnlyColumn: Bool, to bytes: inout [UInt8]) {
    if column.isNull(row) {
      return
    }
    if case .text(let texts) = column.values {
      return appendText(texts.utf8(row), isOnlyColumn: isOnlyColumn, to: &bytes)
    }
    if quoting == .always { bytes.append(ASCII.quote) }
    ValueText.append(column, row, to: &bytes)
    if quoting == .always { bytes.append(ASCII.quote) }
  }

  private func appendText(_ text: ArraySlice<UInt8>, isOnlyColumn: Bool, to bytes: inout [UInt8]) {
    if text.isEmpty {
      // An empty line would be passed over by readers, ours too.
      if emptyText == .quoted || quoting == .always || isOnlyColumn {
        bytes.append(ASCII.quote)
        bytes.append(ASCII.quote)
      }
      return
    }
    let isSpecial = text.contains {
      $0 == ASCII.quote || $0 == delimiter || $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn
    }
    guard isSpecial || quoting == .always else {
      bytes.append(contentsOf: text)
      return
    }
    bytes.append(ASCII.quote)
    for byte in text {
      if byte == ASCII.quote { bytes.append(ASCII.quote) }
      bytes.append(byte)
    }
    bytes.append(ASCII.quote)
  }
}
