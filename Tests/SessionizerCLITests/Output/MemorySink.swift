import Synchronization
import WarehouseDriver

@testable import SessionizerCLI

/// Keeps what was written.
final class MemorySink: ByteSink {
  private let storage = Mutex<[UInt8]>([])
  private let pieces = Mutex<[Int]>([])

  var bytes: [UInt8] { storage.withLock { $0 } }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  /// The size of each write.
  var sizes: [Int] { pieces.withLock { $0 } }

  func write(_ bytes: UnsafeRawBufferPointer) {
    storage.withLock { $0.append(contentsOf: bytes) }
    pieces.withLock { $0.append(bytes.count) }
  }
}

/// Fails at the first write.
struct FailingSink: ByteSink {
  var error: OutputError
  func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError) { throw error }
}

/// A few rows as a batch. Texts are bytes, so that they need not be UTF-8.
enum Cell: Hashable {
  case null
  case number(Int64)
  case text([UInt8])
  case time(Int64)

  static func text(_ text: String) -> Cell { .text(Array(text.utf8)) }
}

extension RecordBatch {
  init(_ columns: [BatchColumn], _ rows: [[Cell]]) {
    self.init(schema: columns)
    for row in rows {
      for (index, cell) in row.enumerated() {
        switch cell {
        case .null: self.columns[index].appendNull()
        case .number(let value), .time(let value): self.columns[index].append(value)
        case .text(let bytes): bytes.withUnsafeBufferPointer { self.columns[index].append(utf8: $0) }
        }
      }
    }
  }
}

/// Writes batches in a format and returns the bytes.
func written(
  _ format: OutputFormat, _ batches: [RecordBatch], decimals: Set<String> = RowOutput.usualDecimals,
  style: TextStyle = TextStyle()
) async throws -> [UInt8] {
  let sink = MemorySink()
  let output = RowOutput(format, to: sink, decimals: decimals, style: style)
  for batch in batches { try await output.write(batch) }
  try await output.finish()
  return sink.bytes
}
