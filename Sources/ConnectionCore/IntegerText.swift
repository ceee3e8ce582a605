/// Whole numbers in decimal.
package enum IntegerText {
  /// nil for what is no 64-bit integer; a fraction of zeros, as decimals have it, is none.
  package static func value(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    var digits = text[...]
    if let point = digits.firstIndex(of: UInt8(ascii: ".")) {
      guard digits[digits.index(after: point)...].allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
      digits = digits[..<point]
    }
    guard digits.count <= 20 else { return nil }
    return Int64(String(decoding: digits, as: UTF8.self))
  }
}
