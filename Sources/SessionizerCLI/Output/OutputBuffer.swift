internal import SessionPlan

/// Collects bytes and hands them to a sink in large pieces.
struct OutputBuffer {
  private static let usualSize = 256 * 1024

  private let sink: any ByteSink
  private(set) var bytes: [UInt8] = []

  init(_ sink: any ByteSink) {
    self.sink = sink
    bytes.reserveCapacity(Self.usualSize + 4096)
  }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ scalar: Unicode.Scalar) { bytes.append(UInt8(truncatingIfNeeded: scalar.value)) }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(utf8 text: ArraySlice<UInt8>) { bytes.append(contentsOf: text) }

  mutating func append(_ number: Int64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var first = 20
      var rest = number.magnitude
      repeat {
        first -= 1
        digits[first] = UInt8(48 + rest % 10)
        rest /= 10
      } while rest > 0
      if number < 0 {
        first -= 1
        digits[first] = UInt8(ascii: "-")
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(digits)[first...]))
    }
  }

  /// The canonical form of every export, `YYYY-MM-DD HH:MM:SS.ffffff`.
  mutating func append(timestamp microseconds: Int64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { text in
      let count = Timestamp(microseconds: microseconds).write(to: text)
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(text)[..<count]))
    }
  }

  /// To be called after each row.
  mutating func flushIfFull() throws(OutputError) {
    if bytes.count >= Self.usualSize { try flush() }
  }

  mutating func flush() throws(OutputError) {
    guard !bytes.isEmpty else { return }
    try sink.write(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}
