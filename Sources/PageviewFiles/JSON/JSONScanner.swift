/// One value of a JSON object, as bytes.
enum JSONValue {
  case null
  /// Escapes resolved.
  case string(Bytes)
  /// As it is written, so that no digit is lost.
  case number(Bytes)
  /// `true`, `false`, an object or an array, as it is written.
  case other(Bytes)

  /// The value as a text; nil for null.
  var text: Bytes? {
    switch self {
    case .null: nil
    case .string(let bytes), .number(let bytes), .other(let bytes): bytes
    }
  }
}

/// A strict reader of one JSON text (RFC 8259) in memory.
///
/// Written here because the readers at hand turn numbers into Doubles or build a tree for each line. Escapes are
/// resolved in place: the text is not the same afterwards.
struct JSONScanner {
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private var position = 0

  /// How deep values may be nested: enough for any log, and no danger for the stack.
  static let depthLimit = 128

  init(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// Reads an object to the end of the text and calls `member` for each key. False where it is not one JSON object.
  mutating func readObject(_ member: (_ key: Bytes, _ value: JSONValue) -> Bool) -> Bool {
    skipSpace()
    guard take("{") else { return false }
    skipSpace()
    if !take("}") {
      repeat {
        skipSpace()
        guard let key = string() else { return false }
        skipSpace()
        guard take(":"), let value = value(), member(key, value) else { return false }
        skipSpace()
      } while take(",")
      guard take("}") else { return false }
    }
    skipSpace()
    return position == bytes.count
  }

  private mutating func value() -> JSONValue? {
    skipSpace()
    let start = position
    guard position < bytes.count else { return nil }
    switch bytes[position] {
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "n"): return skipWord("null") ? .null : nil
    case UInt8(ascii: "-"), 48...57: return skipNumber() ? .number(slice(from: start)) : nil
    default: return skipValue(depth: 0) ? .other(slice(from: start)) : nil
    }
  }

  private func slice(from start: Int) -> Bytes {
    Bytes(UnsafeMutableBufferPointer(rebasing: bytes[start..<position]))
  }

  private mutating func skipSpace() {
    while position < bytes.count, [32, 9, 10, 13].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipWord(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count,
      Bytes(start: word.utf8Start, count: count).elementsEqual(bytes[position..<position + count])
    else { return false }
    position += count
    return true
  }

  /// Passes over a value of any kind; nothing in it is changed.
  private mutating func skipValue(depth: Int) -> Bool {
    guard position < bytes.count, depth < Self.depthLimit else { return false }
    switch bytes[position] {
    case UInt8(ascii: "{"): return skipList(end: "}", hasKeys: true, depth: depth)
    case UInt8(ascii: "["): return skipList(end: "]", hasKeys: false, depth: depth)
    case UInt8(ascii: "\""): return skipString()
    case UInt8(ascii: "t"): return skipWord("true")
    case UInt8(ascii: "f"): return skipWord("false")
    case UInt8(ascii: "n"): return skipWord("null")
    default: return skipNumber()
    }
  }

  private mutating func skipList(end: Unicode.Scalar, hasKeys: Bool, depth: Int) -> Bool {
    position += 1
    skipSpace()
    if take(end) { return true }
    repeat {
      skipSpace()
      if hasKeys {
        guard skipString() else { return false }
        skipSpace()
        guard take(":") else { return false }
        skipSpace()
      }
      guard skipValue(depth: depth + 1) else { return false }
      skipSpace()
    } while take(",")
    return take(end)
  }

  private mutating func skipDigits() -> Bool {
    let start = position
    while position < bytes.count, bytes[position] >= 48, bytes[position] <= 57 { position += 1 }
    return position > start
  }

  private mutating func skipNumber() -> Bool {
    _ = take("-")
    if !take("0") { guard skipDigits() else { return false } }
    if take(".") { guard skipDigits() else { return false } }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard skipDigits() else { return false }
    }
    return true
  }
}

// Strings.
extension JSONScanner {
  /// Reads a string; nil where it is malformed.
  private mutating func string() -> Bytes? { scanString(resolves: true) }

  private mutating func skipString() -> Bool { scanString(resolves: false) != nil }

  private mutating func scanString(resolves: Bool) -> Bytes? {
    guard take("\"") else { return nil }
    let start = position
    var written = position
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case ASCII.quote:
        return Bytes(UnsafeMutableBufferPointer(rebasing: bytes[start..<written]))
      case ASCII.backslash:
        guard let scalar = escape() else { return nil }
        if resolves {
          for unit in UTF8.encode(scalar).unsafelyUnwrapped {
            bytes[written] = unit
            written += 1
          }
        }
      case 0..<32: return nil
      default:
        if resolves {
          bytes[written] = byte
          written += 1
        }
      }
    }
    return nil
  }

  /// The character that an escape stands for; the backslash is read already.
  private mutating func escape() -> Unicode.Scalar? {
    guard position < bytes.count else { return nil }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let first = hexUnit() else { return nil }
      guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
      // A pair of surrogates; half of one is nil.
      guard take("\\"), take("u"), let second = hexUnit(), (0xDC00..<0xE000).contains(second) else { return nil }
      return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    default: return nil
    }
  }

  private mutating func hexUnit() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = hexDigit(bytes[position]) else { return nil }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}

/// The value of a hexadecimal digit.
func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
