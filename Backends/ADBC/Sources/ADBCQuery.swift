internal import CADBC
internal import ConnectionCore
internal import WarehouseDriver

/// A query between two batches.
final class ADBCQuery: WireQuery {
  private var stream: ArrowStream?
  private let statement: ADBCStatement
  private let columns: [ArrowColumn]
  /// The driver's array that is being read, and how many of its rows have been.
  private var array: ArrowArray?
  private var position = 0
  private(set) var rowCount = 0

  /// - Parameter areTexts: whether all columns are to arrive as texts
  init(
    _ stream: ArrowStream, _ statement: ADBCStatement, types: [BatchColumnType]?, areTexts: Bool,
    _ phase: DriverError.Phase
  ) throws(DriverError) {
    self.stream = stream
    self.statement = statement
    let count = Int(stream.schema.n_children)
    if let types, types.count != count {
      throw .misuse(
        phase, "\(types.count) types were given for a query of \(count) columns", "give one for each", statement.sql)
    }
    var columns: [ArrowColumn] = []
    for index in 0..<count {
      columns.append(
        try ArrowColumn(stream.schema.children[index]!.pointee, as: areTexts ? .text : types?[index]))
    }
    self.columns = columns
  }

  deinit { release() }

  var schema: [BatchColumn] { columns.map(\.column) }

  func next() throws(DriverError) -> RecordBatch? {
    while true {
      if let array, position < Int(array.length) {
        let count = min(Int(array.length) - position, RecordBatch.usualRows)
        var vectors: [ColumnVector] = []
        for (index, column) in columns.enumerated() {
          vectors.append(
            try column.read(array.children[index]!.pointee, offset: position + Int(array.offset), count: count))
        }
        position += count
        rowCount += count
        return RecordBatch(schema: schema, columns: vectors)
      }
      release()
      guard let stream else { return nil }
      guard let array = try stream.next(.fetch) else {
        self.stream = nil
        return nil
      }
      guard Int(array.n_children) == columns.count else {
        self.array = array
        throw DriverError(
          .other, phase: .fetch,
          "the driver's batch has \(array.n_children) columns where its schema has \(columns.count)",
          remedy: "this is a fault of the driver; try another version of it")
      }
      self.array = array
      position = 0
    }
  }

  func end() {
    release()
    stream = nil
  }

  private func release() {
    guard var held = array else { return }
    array = nil
    held.release?(&held)
  }
}
