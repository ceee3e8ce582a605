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

  /// Reads an object to the end of the text, and puts what is wanted into `found`. False where it is not one JSON object
  /// or has a needed key twice.
  mutating func readObject(_ node: JSONNode, _ found: inout JSONFindings) -> Bool {
    skipSpace()
    guard object(node, &found) else { return false }
    skipSpace()
    return position == bytes.count
  }

  /// How many bytes were passed.
  var passed: Int { position }

  private mutating func object(_ node: JSONNode, _ found: inout JSONFindings) -> Bool {
    guard take("{") else { return false }
    skipSpace()
    if take("}") { return true }
    repeat {
      skipSpace()
      guard let key = string() else { return false }
      skipSpace()
      guard take(":") else { return false }
      skipSpace()
      if let member = node.members.first(where: { key.equals($0.key) }) {
        guard value(member.node, &found) else { return false }
      } else {
        guard skipValue(depth: 0) else { return false }
      }
      skipSpace()
    } while take(",")
    return take("}")
  }

  /// Reads a value of which something is wanted: itself, or parts of it.
  private mutating func value(_ node: JSONNode, _ found: inout JSONFindings) -> Bool {
    guard position < bytes.count else { return false }
    let start = position
    let first = bytes[position]
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      let wantsParts = first == UInt8(ascii: "{") ? !node.members.isEmpty : node.wantsArray
      if !node.targets.isEmpty || !wantsParts {
        guard skipValue(depth: 0) else { return false }
        let whole = slice(from: start)
        // Its parts are changed in place when they are read.
        guard found.put(FieldValue(bytes: wantsParts ? found.arena.copy(whole) : whole, kind: .nested), node.targets)
        else { return false }
        if !wantsParts { return true }
        position = start
      }
      return first == UInt8(ascii: "{") ? object(node, &found) : array(node, &found)
    }
    switch first {
    case ASCII.quote:
      guard let text = string() else { return false }
      return found.put(FieldValue(bytes: text), node.targets)
    case UInt8(ascii: "n"): return skipWord("null") && found.put(nil, node.targets)
    case UInt8(ascii: "-"), 48...57:
      return skipNumber() && found.put(FieldValue(bytes: slice(from: start), kind: .number), node.targets)
    default:
      return skipValue(depth: 0) && found.put(FieldValue(bytes: slice(from: start), kind: .nested), node.targets)
    }
  }

  private mutating func array(_ node: JSONNode, _ found: inout JSONFindings) -> Bool {
    guard take("[") else { return false }
    skipSpace()
    if take("]") { return true }
    var index = 0
    repeat {
      skipSpace()
      let start = position
      var probe = self
      guard probe.skipValue(depth: 0) else { return false }
      var isTaken = false
      if let wanted = node.indexes.first(where: { $0.index == index }) {
        guard value(wanted.node, &found) else { return false }
        isTaken = true
      } else if start < bytes.count, bytes[start] == UInt8(ascii: "{") {
        for wanted in node.elements where !isTaken && has(wanted.key, wanted.value, found.arena) {
          guard value(wanted.node, &found) else { return false }
          isTaken = true
        }
      }
      position = probe.position
      skipSpace()
      index += 1
    } while take(",")
    return take("]")
  }

  /// Whether the object that begins here has such a member; nothing is changed.
  private func has(_ wantedKey: [UInt8], _ wantedValue: [UInt8], _ arena: TextArena) -> Bool {
    var probe = self
    guard probe.take("{") else { return false }
    repeat {
      probe.skipSpace()
      guard let key = probe.unchangedString(arena) else { return false }
      probe.skipSpace()
      guard probe.take(":") else { return false }
      probe.skipSpace()
      let start = probe.position
      if key.equals(wantedKey) {
        if start < bytes.count, bytes[start] == ASCII.quote {
          return probe.unchangedString(arena).map { $0.equals(wantedValue) } ?? false
        }
        return probe.skipValue(depth: 0) && probe.slice(from: start).equals(wantedValue)
      }
      guard probe.skipValue(depth: 0) else { return false }
      probe.skipSpace()
    } while probe.take(",")
    return false
  }

  /// A string with its escapes resolved, in other memory if it has any.
  private mutating func unchangedString(_ arena: TextArena) -> Bytes? {
    let start = position
    guard skipString() else { return nil }
    let raw = Bytes(UnsafeMutableBufferPointer(rebasing: bytes[start..<position]))
    if raw.firstIndex(of: ASCII.backslash, from: 0) == nil { return raw.slice(1..<raw.count - 1) }
    let room = arena.room(raw.count)
    _ = room.update(fromContentsOf: raw)
    var copy = JSONScanner(room)
    return copy.string()
  }

  /// The keys of the object, and those of the objects in it after a dot; nothing is changed.
  func names(_ arena: TextArena) -> [[UInt8]] {
    var probe = self
    var names: [[UInt8]] = []
    probe.collect(prefix: [], into: &names, arena)
    return names
  }

  private mutating func collect(prefix: [UInt8], into names: inout [[UInt8]], _ arena: TextArena) {
    skipSpace()
    guard take("{") else { return }
    skipSpace()
    if take("}") { return }
    repeat {
      skipSpace()
      guard let key = unchangedString(arena) else { return }
      skipSpace()
      guard take(":") else { return }
      skipSpace()
      let name = prefix + key
      names.append(name)
      if prefix.isEmpty, position < bytes.count, bytes[position] == UInt8(ascii: "{") {
        var inner = self
        inner.collect(prefix: name + [UInt8(ascii: ".")], into: &names, arena)
      }
      guard skipValue(depth: 0) else { return }
      skipSpace()
    } while take(",")
  }

  /// The lists of objects that it has, or an object in it has, each with the keys of its first object; nothing is changed.
  func lists(_ arena: TextArena) -> [JSONLists.Found] {
    var probe = self
    var lists: [JSONLists.Found] = []
    probe.collect(prefix: [], into: &lists, arena)
    return lists
  }

  private mutating func collect(prefix: [UInt8], into lists: inout [JSONLists.Found], _ arena: TextArena) {
    skipSpace()
    guard take("{") else { return }
    skipSpace()
    if take("}") { return }
    repeat {
      skipSpace()
      guard let key = unchangedString(arena) else { return }
      skipSpace()
      guard take(":") else { return }
      skipSpace()
      let place = prefix + key
      var inner = self
      if prefix.isEmpty, position < bytes.count, bytes[position] == UInt8(ascii: "{") {
        inner.collect(prefix: place + [UInt8(ascii: ".")], into: &lists, arena)
      } else if inner.take("[") {
        inner.skipSpace()
        if inner.position < bytes.count, bytes[inner.position] == UInt8(ascii: "{") {
          var keys: [[UInt8]] = []
          inner.collect(prefix: [UInt8(ascii: ".")], into: &keys, arena)
          lists.append(JSONLists.Found(place: place, keys: keys.map { Array($0.dropFirst()) }))
        }
      }
      guard skipValue(depth: 0) else { return }
      skipSpace()
    } while take(",")
  }

  private func slice(from start: Int) -> Bytes {
    Bytes(UnsafeMutableBufferPointer(rebasing: bytes[start..<position]))
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 32 || byte == 9 || byte == 10 || byte == 13 else { return }
      position += 1
    }
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
        if resolves {
          guard let scalar = escape() else { return nil }
          for unit in UTF8.encode(scalar).unsafelyUnwrapped {
            bytes[written] = unit
            written += 1
          }
        } else if !skipEscape() {
          return nil
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

  /// Passes over an escape whose backslash is read. Half a pair of surrogates, as cut texts have it, is no fault of a
  /// text that nobody wants.
  private mutating func skipEscape() -> Bool {
    guard position < bytes.count else { return false }
    let letter = bytes[position]
    position += 1
    if letter == UInt8(ascii: "u") { return hexUnit() != nil }
    return "\"\\/bfnrt".utf8.contains(letter)
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
