/// Counts keys that are whole numbers in the writing of fractions: `7.0`, or JSON's `7e3`.
///
/// A key is its text, so that `7` and `7.0` are two. Programs that keep whole numbers as floats, as pandas does where
/// one of a column is absent, write them so in one file and not in the next.
struct FloatKeys {
  private var count = 0
  private var example = ""

  /// - Parameter isNumber: it stands in the file as a number of JSON, which a point or an exponent makes a fraction
  mutating func see(_ key: Bytes, isNumber: Bool) {
    guard Self.isFloat(key, isNumber: isNumber) else { return }
    if count == 0 { example = LineFault.printable(key) ?? "" }
    count += 1
  }

  private static func isFloat(_ key: Bytes, isNumber: Bool) -> Bool {
    if isNumber {
      return key.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
    }
    // A text is one where nothing but zeros follows its point.
    guard key.last == UInt8(ascii: "0"), let first = key.first, 48...57 ~= first || first == UInt8(ascii: "-") else {
      return false
    }
    var end = key.count
    while end > 0, key[end - 1] == UInt8(ascii: "0") { end -= 1 }
    guard end > 1, key[end - 1] == UInt8(ascii: ".") else { return false }
    let digits = key[(first == UInt8(ascii: "-") ? 1 : 0)..<(end - 1)]
    return !digits.isEmpty && digits.allSatisfy { 48...57 ~= $0 }
  }

  /// - Parameter meaning: such as `the user`
  func notices(_ meaning: String) -> [String] {
    guard count > 0 else { return [] }
    return [
      "\(meaning) is written as a fraction (\(example)) on \(count == 1 ? "1 line" : "\(count) lines"); keys are texts, so "
        + "that 7 and 7.0 are two: if such a number is elsewhere without its point, export the column as whole numbers or "
        + "texts"
    ]
  }
}
