/// What makes a statement another one than those before it: not the values in it, nor the numbers and random parts of
/// names.
///
/// Thousands of histories send the same few statements with other rows. One of each kind is read. The two are kept
/// apart rather too often than too seldom.
struct StatementShape {
  /// The text with nothing in its quotes, `#` for long hexadecimal numbers, `0` for other numbers and for NULL.
  private(set) var kind: [UInt8] = []
  /// The text itself; of rows of values that are of one kind, the first.
  var sample: String { String(decoding: kept, as: UTF8.self) }

  private var kept: [UInt8] = []
  private let bytes: [UInt8]
  private var position = 0
  /// Where the present row of values begins, in `kind` and in `kept`, with the comma before it.
  private var rowStart: (kind: Int, kept: Int, isRepeatable: Bool)?
  private var rows: Set<[UInt8]> = []
  private var depth = 0
  /// Whether what stands outside of parentheses now are rows: after the word VALUES, and no other.
  private var isInValues = false

  init(_ sql: String, usesBackslashes: Bool) {
    bytes = Array(sql.utf8)
    // Where a text ends in them is another matter; such statements are few.
    guard !sql.utf8.contains(UInt8(ascii: "$")), !sql.contains("--") else {
      kind = bytes
      kept = bytes
      return
    }
    kind.reserveCapacity(bytes.count)
    kept.reserveCapacity(bytes.count)
    while position < bytes.count { next(usesBackslashes) }
  }

  private mutating func next(_ usesBackslashes: Bool) {
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "'"):
      let escapes = usesBackslashes || position > 0 && bytes[position - 1] | 0x20 == UInt8(ascii: "e")
      value(quotedEnd(escapes))
    case UInt8(ascii: "\""), UInt8(ascii: "`"): name(byte)
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
      var end = position + 2
      while end < bytes.count, !(bytes[end] == UInt8(ascii: "/") && bytes[end - 1] == UInt8(ascii: "*")) { end += 1 }
      end = min(end + 1, bytes.count)
      // What the tool puts in one is the run's number and its ledger's name.
      if !bytes[position...].starts(with: "/* sessionizer: ".utf8) { kind += bytes[position..<end] }
      keep(to: end)
    case UInt8(ascii: "("): open()
    case UInt8(ascii: ")"): close()
    case _ where Self.isWord(byte): word()
    default:
      kind.append(byte)
      keep(to: position + 1)
    }
  }

  private func peek(_ offset: Int) -> UInt8? { position + offset < bytes.count ? bytes[position + offset] : nil }

  private mutating func keep(to end: Int) {
    kept += bytes[position..<end]
    position = end
  }

  /// Where a text in quotes ends.
  private func quotedEnd(_ usesBackslashes: Bool) -> Int {
    var end = position + 1
    while end < bytes.count {
      if usesBackslashes, bytes[end] == UInt8(ascii: "\\") {
        end += 2
        continue
      }
      if bytes[end] == UInt8(ascii: "'") {
        guard end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "'") else { return end + 1 }
        end += 1
      }
      end += 1
    }
    return bytes.count
  }

  private mutating func value(_ end: Int) {
    kind.append(UInt8(ascii: "0"))
    keep(to: min(end, bytes.count))
  }

  /// What is in a name's quotes is nothing else, but for its numbers.
  private mutating func name(_ quote: UInt8) {
    repeat {
      kind.append(bytes[position])
      keep(to: position + 1)
      while position < bytes.count, Self.isWord(bytes[position]) { word(isName: true) }
    } while position < bytes.count && bytes[position] != quote
    guard position < bytes.count else { return }
    kind.append(quote)
    keep(to: position + 1)
  }

  private mutating func word(isName: Bool = false) {
    var end = position
    while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
    let word = bytes[position..<end]
    if !isName, word.elementsEqual("NULL".utf8) { return value(end) }
    if !isName, depth == 0 { isInValues = word.map { $0 & 0xDF }.elementsEqual("VALUES".utf8) }
    var index = word.startIndex
    while index < word.endIndex {
      var runEnd = index
      while runEnd < word.endIndex, Self.isHexadecimal(word[runEnd]) { runEnd += 1 }
      if runEnd - index >= 8 {
        kind.append(UInt8(ascii: "#"))
        index = runEnd
      } else if Self.isDigit(word[index]) {
        if kind.last != UInt8(ascii: "0") { kind.append(UInt8(ascii: "0")) }
        index += 1
      } else {
        kind.append(word[index])
        index += 1
      }
    }
    keep(to: end)
  }

  // MARK: Rows of values

  /// Only rows outside of any parentheses, as in INSERT … VALUES (…), (…). Two columns of a SELECT that look alike are no
  /// rows: without the second, the text would be none.
  private mutating func open() {
    if depth == 0, !isInValues { rowStart = nil }
    if depth == 0, isInValues {
      let last = kind.lastIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
      let comma = last.flatMap { kind[$0] == UInt8(ascii: ",") ? $0 : nil }
      let keptComma = kept.lastIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
      rowStart = (comma ?? kind.count, comma == nil ? kept.count : keptComma ?? kept.count, comma != nil)
    }
    depth += 1
    kind.append(UInt8(ascii: "("))
    keep(to: position + 1)
  }

  private mutating func close() {
    depth -= 1
    kind.append(UInt8(ascii: ")"))
    keep(to: position + 1)
    guard depth == 0, let start = rowStart else { return }
    let row = kind[start.kind...].drop { $0 != UInt8(ascii: "(") }
    if !rows.insert(Array(row)).inserted, start.isRepeatable {
      kind.removeSubrange(start.kind...)
      kept.removeSubrange(start.kept...)
    }
  }

  // MARK: Bytes

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
      || byte >= 0x80
  }
}
