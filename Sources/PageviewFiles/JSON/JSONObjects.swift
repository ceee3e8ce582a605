/// Cuts a file into JSON objects: one a line, one after the other over any lines, or the elements of an array.
struct JSONObjects {
  enum Layout {
    case lines
    /// Objects that follow each other, with or without line ends in and between them.
    case stream
    case array
  }

  enum Next {
    case end
    /// An object, or something else that stands in its place: bytes in the window.
    case text(length: Int, consumed: Int, lines: Int)
    /// Over 1 MiB; passed over already, and it began on this line.
    case tooLong(line: Int)
  }

  let window: InputWindow
  private let path: String
  let layout: Layout
  private var isArrayOpen = false
  private var isArrayDone = false

  private static let recordSeparator: UInt8 = 0x1E

  init(window: InputWindow, path: String) throws(FileFault) {
    self.window = window
    self.path = path
    layout = Self.layout(try window.front(64 << 10))
  }

  /// By the first bytes that are not blank.
  private static func layout(_ front: Bytes) -> Layout {
    guard let start = front.firstIndex(where: { !isSpace($0) }) else { return .lines }
    if front[start] == UInt8(ascii: "[") {
      // A line may be an array by itself, which is no object; an array of objects goes on with one.
      let next = front[(start + 1)...].first { !isSpace($0) }
      return next == UInt8(ascii: "{") || next == UInt8(ascii: "]") && front.count < 64 || next == nil ? .array : .lines
    }
    guard front[start] == UInt8(ascii: "{") else { return .lines }
    var bounds = JSONBounds()
    for index in start..<front.count {
      if front[index] == ASCII.lineFeed {
        // A string ends on its line: this one is cut, or the object goes on.
        guard !bounds.isInString, let next = front[index...].first(where: { !isSpace($0) }) else { return .lines }
        return next == UInt8(ascii: "{") ? .lines : .stream
      }
      if bounds.ends(with: front[index]) {
        let behind = front[(index + 1)...].first { $0 != ASCII.blank && $0 != ASCII.tab }
        guard behind == UInt8(ascii: "{") || behind == ASCII.comma else { return .lines }
        // A broken line may have a bracket too many; what is no object by itself does not end there.
        var copy = Array(front[start...index])
        return copy.withUnsafeMutableBufferPointer { text in
          var found = JSONFindings(slots: 0, arena: TextArena())
          var scanner = JSONScanner(text)
          return scanner.readObject(JSONNode(), &found)
        } ? .stream : .lines
      }
    }
    return .lines
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == ASCII.blank || byte == ASCII.tab || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
      || byte == recordSeparator
  }

  mutating func next() throws(FileFault) -> Next {
    if layout == .lines { return try nextLine() }
    try passSpace()
    guard let first = window.available > 0 ? window.start[0] : nil else {
      if isArrayOpen {
        throw FileFault(
          path: path, line: window.line, "the JSON array is not closed", remedy: "the file is cut off: copy it again")
      }
      return .end
    }
    if isArrayDone {
      throw FileFault(
        path: path, line: window.line, "something follows the end of the JSON array",
        remedy: "write one array, or one object a line")
    }
    return try element(first)
  }

  private func nextLine() throws(FileFault) -> Next {
    switch try window.peekLine() {
    case .end: return .end
    case .tooLong:
      let line = window.line
      try window.skipLine()
      return .tooLong(line: line)
    case .line(let length, let consumed):
      if length > 0, window.start[0] == Self.recordSeparator { window.start[0] = ASCII.blank }
      return .text(length: length, consumed: consumed, lines: 1)
    }
  }

  /// Between elements: blanks, line ends, commas, and the array's brackets.
  private mutating func passSpace() throws(FileFault) {
    while true {
      var count = 0
      var lines = 0
      let bytes = Bytes(start: window.start, count: window.available)
      scan: while count < bytes.count {
        switch bytes[count] {
        case ASCII.lineFeed: lines += 1
        case ASCII.blank, ASCII.tab, ASCII.carriageReturn, Self.recordSeparator, ASCII.comma: break
        case UInt8(ascii: "[") where layout == .array && !isArrayOpen && !isArrayDone: isArrayOpen = true
        case UInt8(ascii: "]") where layout == .array && isArrayOpen:
          isArrayOpen = false
          isArrayDone = true
        default: break scan
        }
        count += 1
      }
      window.examined += count
      window.consume(count, lines: lines)
      if window.available > 0 { return }
      if try !window.fill() { return }
    }
  }

  /// Finds the end of what begins here.
  private mutating func element(_ first: UInt8) throws(FileFault) -> Next {
    let isNested = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    var bounds = JSONBounds()
    var position = 0
    while true {
      let byte = try window.byte(at: position)
      if byte == InputWindow.overLimit { return try passLong(bounds, isNested) }
      if byte == InputWindow.atEnd {
        if layout == .array {
          throw FileFault(
            path: path, line: window.line, "the JSON array is cut off inside the object that begins here",
            remedy: "copy the file again")
        }
        break
      }
      let isEnd =
        isNested
        ? bounds.ends(with: UInt8(byte))
        : Self.isSpace(UInt8(byte)) || byte == Int(ASCII.comma) || byte == Int(UInt8(ascii: "]"))
      position += isNested || !isEnd ? 1 : 0
      if isEnd { break }
    }
    // A lone closing bracket is passed over as a text of its own.
    position = max(position, 1)
    window.examined += position
    let bytes = Bytes(start: window.start, count: position)
    return .text(length: position, consumed: position, lines: bytes.count { $0 == ASCII.lineFeed })
  }

  /// Passes over an element that is too long to be kept.
  private mutating func passLong(_ begun: JSONBounds, _ isNested: Bool) throws(FileFault) -> Next {
    let line = window.line
    var bounds = begun
    var position = InputWindow.recordLimit + 2
    while true {
      let bytes = Bytes(start: window.start, count: window.available)
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if isNested ? bounds.ends(with: byte) : Self.isSpace(byte) {
          consume(position)
          return .tooLong(line: line)
        }
      }
      consume(position)
      position = 0
      if try !window.fill() { return .tooLong(line: line) }
    }
  }

  private func consume(_ count: Int) {
    let lines = Bytes(start: window.start, count: count).count { $0 == ASCII.lineFeed }
    window.examined += count
    window.consume(count, lines: lines)
  }
}

/// Follows the brackets of a JSON value byte by byte.
struct JSONBounds {
  private var depth = 0
  private(set) var isInString = false
  private var isEscaped = false

  /// True for the byte that closes the outermost bracket.
  mutating func ends(with byte: UInt8) -> Bool {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == ASCII.backslash {
        isEscaped = true
      } else if byte == ASCII.quote {
        isInString = false
      }
      return false
    }
    switch byte {
    case ASCII.quote: isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth -= 1
      return depth <= 0
    default: break
    }
    return false
  }
}
