/// Numbers since 1970 as texts, exactly: `1580648116.25`, `1.772359200E+09`.
enum EpochText {
  /// - Parameter unitDigits: how many decimal places the point is moved to the right to get microseconds
  static func read(_ bytes: Bytes, unitDigits: Int) -> ParsedTime {
    var rest = bytes[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    let whole = rest.prefix { $0 >= 48 && $0 <= 57 }
    rest = rest.dropFirst(whole.count)
    guard !whole.isEmpty else { return .bad }
    var fraction = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      fraction = rest.dropFirst().prefix { $0 >= 48 && $0 <= 57 }
      guard !fraction.isEmpty else { return .bad }
      rest = rest.dropFirst(1 + fraction.count)
    }
    var exponent = 0
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      let isSmall = rest.first == UInt8(ascii: "-")
      if isSmall || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
      guard !rest.isEmpty, rest.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return .bad }
      for digit in rest { exponent = min(exponent * 10 + Int(digit - 48), 1_000_000) }
      if isSmall { exponent = -exponent }
      rest = rest.prefix(0)
    }
    guard rest.isEmpty else { return .bad }
    // Digits before this place are microseconds; those behind it are cut.
    let place = whole.count + exponent + unitDigits
    var value: Int64 = 0
    func append(_ digit: Int64) -> Bool {
      let (product, isTooLong) = value.multipliedReportingOverflow(by: 10)
      // Counting down holds the least integer, too.
      let (next, isTooLarge) = product.subtractingReportingOverflow(digit)
      value = next
      return !isTooLong && !isTooLarge
    }
    var index = 0
    for digits in [whole, fraction] {
      for digit in digits {
        if index >= place { break }
        guard append(Int64(digit - 48)) else { return .outOfRange }
        index += 1
      }
    }
    while index < place, value != 0 {
      guard append(0) else { return .outOfRange }
      index += 1
    }
    if isNegative { return .time(value) }
    return value == .min ? .outOfRange : .time(-value)
  }
}
