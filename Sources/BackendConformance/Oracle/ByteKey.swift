internal import Foundation

/// A text as the bytes of its UTF-8, compared and hashed as bytes.
///
/// A Swift `String` calls composed and decomposed `bób` equal, and so does a Dictionary keyed by it; a ledger does not.
public struct ByteKey: Hashable, Sendable {
  public var bytes: [UInt8]

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  public init(_ text: String) {
    bytes = Array(text.utf8)
  }

  public var count: Int { bytes.count }
  public var isEmpty: Bool { bytes.isEmpty }

  /// For messages only: never compare it.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension ByteKey: Comparable {
  public static func == (a: ByteKey, b: ByteKey) -> Bool { a.bytes == b.bytes }

  public static func < (a: ByteKey, b: ByteKey) -> Bool {
    // memcmp: thousands of histories are compared in debug builds, where a loop over an Array is slow.
    a.bytes.withUnsafeBytes { left in
      b.bytes.withUnsafeBytes { right in
        let shared = min(left.count, right.count)
        if shared > 0, let leftStart = left.baseAddress, let rightStart = right.baseAddress {
          let order = memcmp(leftStart, rightStart, shared)
          if order != 0 { return order < 0 }
        }
        return left.count < right.count
      }
    }
  }
}

extension ByteKey: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) {
    self.init(value)
  }
}

extension ByteKey: CustomStringConvertible {
  public var description: String { text }
}

/// The order of a value that may be absent: NULL first.
package func nullsFirst<Value: Comparable>(_ a: Value?, _ b: Value?) -> Bool {
  switch (a, b) {
  case (nil, nil), (_, nil): false
  case (nil, _): true
  case (let a?, let b?): a < b
  }
}
