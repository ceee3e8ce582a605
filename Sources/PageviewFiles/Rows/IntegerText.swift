/// Integers as texts.
enum IntegerText {
  /// A 64-bit integer in canonical form (`-?[1-9][0-9]*` or `0`), else nil.
  static func canonical(_ bytes: Bytes) -> Int64? {
    var digits = bytes[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    guard let first = digits.first else { return nil }
    if first == UInt8(ascii: "0") && (digits.count > 1 || isNegative) { return nil }
    return value(digits, isNegative: isNegative)
  }

  /// The value of some digits, nil where there are none, something else is among them, or they are over 64 bits.
  static func value(_ digits: Slice<Bytes>, isNegative: Bool) -> Int64? {
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard byte >= 48, byte <= 57 else { return nil }
      let (product, tooLong) = value.multipliedReportingOverflow(by: 10)
      // Counting down holds the least integer, too, which has no positive counterpart.
      let (next, tooLarge) = product.subtractingReportingOverflow(Int64(byte - 48))
      if tooLong || tooLarge { return nil }
      value = next
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }
}
