internal import Foundation
internal import SessionPlan
internal import WarehouseDriver

/// Rows in one of COPY's forms, written into memory of its own.
struct CopyBuffer: ~Copyable {
  private var start: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    start = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { start.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  mutating func clear() { count = 0 }

  /// Makes room for more bytes.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if count + more > capacity { grow(more) }
  }

  private mutating func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: start, byteCount: count)
    start.deallocate()
    start = larger
  }

  /// Room must have been reserved.
  @inline(__always)
  mutating func put<Value: FixedWidthInteger>(_ value: Value) {
    start.storeBytes(of: value.bigEndian, toByteOffset: count, as: Value.self)
    count += MemoryLayout<Value>.size
  }

  /// Room must have been reserved.
  @inline(__always)
  mutating func put(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    (start + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  mutating func append(_ text: String) {
    var copy = text
    copy.withUTF8 {
      reserve($0.count)
      put(UnsafeRawBufferPointer($0))
    }
  }

  /// A text with the escapes of COPY's text form.
  mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
    reserve(2 * text.count)
    for byte in text {
      switch byte {
      case UInt8(ascii: "\\"): put(UInt16(0x5C5C))
      case 10: put(UInt16(0x5C6E))
      case 13: put(UInt16(0x5C72))
      case 9: put(UInt16(0x5C74))
      default: put(byte)
      }
    }
  }
}
