extension OutputBuffer {
  /// A JSON string. What is no valid UTF-8 becomes U+FFFD, since JSON is UTF-8; all else arrives byte by byte, or, for a
  /// terminal, what it would obey as `\u` escapes of the same characters.
  mutating func append(json text: ArraySlice<UInt8>, isTerminal: Bool = false) {
    append("\"" as Unicode.Scalar)
    if isTerminal {
      appendForTerminal(String(decoding: text, as: UTF8.self))
    } else if text.allSatisfy({ $0 < 0x80 }) {
      appendEscaped(text)
    } else {
      appendEscaped(String(decoding: text, as: UTF8.self).utf8)
    }
    append("\"" as Unicode.Scalar)
  }

  private mutating func appendForTerminal(_ text: String) {
    for scalar in text.unicodeScalars {
      if scalar.value >= 0x7F, DisplayText.isUnsafe(scalar) {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
        }
      } else {
        appendEscaped(String(scalar).utf8)
      }
    }
  }

  private mutating func appendEscaped(_ text: some Sequence<UInt8>) {
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\r"): append("\\r")
      case UInt8(ascii: "\t"): append("\\t")
      case ..<0x20:
        append("\\u00")
        append(byte < 0x10 ? "0" : "1")
        append(String(byte & 0xF, radix: 16))
      default: append(byte)
      }
    }
  }
}

/// Tells whether a text is a number as JSON writes it, so that an exact decimal stays exact and needs no quotes.
func isJSONNumber(_ text: ArraySlice<UInt8>) -> Bool {
  func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
  var rest = text
  if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
  let whole = rest.prefix(while: isDigit)
  guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
  rest = rest.dropFirst(whole.count)
  guard let point = rest.first else { return true }
  return point == UInt8(ascii: ".") && rest.count > 1 && rest.dropFirst().allSatisfy(isDigit)
}
