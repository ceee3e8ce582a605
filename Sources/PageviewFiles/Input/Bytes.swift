#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Some bytes that stay where they are while a record is handled.
typealias Bytes = UnsafeBufferPointer<UInt8>

/// The bytes that mean something to one of the formats.
enum ASCII {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let blank = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let comma = UInt8(ascii: ",")
  static let backslash = UInt8(ascii: "\\")
}

extension UnsafeBufferPointer<UInt8> {
  /// The index of the first such byte at or after `start`, by the C library's search, which looks at many at once.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    guard start < count, let baseAddress,
      let found = memchr(baseAddress + start, Int32(byte), count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(baseAddress)
  }

  func slice(_ range: Range<Int>) -> Bytes { Bytes(rebasing: self[range]) }

  func equals(_ other: [UInt8]) -> Bool {
    guard count == other.count, let baseAddress else { return count == other.count }
    return memcmp(baseAddress, other, count) == 0
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Without the blanks and tabs around it.
  var trimmed: Bytes {
    var range = 0..<count
    while let first = range.first, self[first] == ASCII.blank || self[first] == ASCII.tab { range.removeFirst() }
    while let last = range.last, self[last] == ASCII.blank || self[last] == ASCII.tab { range.removeLast() }
    return slice(range)
  }
}
