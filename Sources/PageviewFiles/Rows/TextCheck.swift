/// Whether bytes are a text that every database takes: valid UTF-8 without NUL.
enum TextCheck {
  /// nil, or the fault. A NUL comes before broken UTF-8.
  static func fault(_ bytes: Bytes) -> FaultReason? {
    var index = 0
    var isASCII = true
    let words = bytes.count / 8 * 8
    while index < words {
      let word = UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self)
      // The second part has a high bit wherever a byte below 0x80 is zero, and may have more above it.
      let suspicious = word | ((word &- 0x0101_0101_0101_0101) & ~word)
      if suspicious & 0x8080_8080_8080_8080 != 0 {
        isASCII = false
        break
      }
      index += 8
    }
    if isASCII {
      while index < bytes.count, bytes[index] != 0, bytes[index] < 0x80 { index += 1 }
      if index == bytes.count { return nil }
    }
    if bytes.firstIndex(of: 0, from: index) != nil { return .nulByte }
    return isValidUTF8(bytes, from: index) ? nil : .invalidUTF8
  }

  /// The table of well-formed sequences in the Unicode standard (3.9, table 3-7). `start` begins a character.
  static func isValidUTF8(_ bytes: Bytes, from start: Int = 0) -> Bool {
    var index = start
    while index < bytes.count {
      let lead = bytes[index]
      index += 1
      if lead < 0x80 { continue }
      let following: Int
      var second: ClosedRange<UInt8> = 0x80...0xBF
      switch lead {
      case 0xC2...0xDF: following = 1
      case 0xE0: (following, second) = (2, 0xA0...0xBF)
      case 0xED: (following, second) = (2, 0x80...0x9F)
      case 0xE1...0xEF: following = 2
      case 0xF0: (following, second) = (3, 0x90...0xBF)
      case 0xF1...0xF3: following = 3
      case 0xF4: (following, second) = (3, 0x80...0x8F)
      default: return false
      }
      guard index + following <= bytes.count, second.contains(bytes[index]) else { return false }
      for offset in 1..<following + 1 where offset > 1 && bytes[index + offset - 1] & 0xC0 != 0x80 { return false }
      index += following
    }
    return true
  }
}
