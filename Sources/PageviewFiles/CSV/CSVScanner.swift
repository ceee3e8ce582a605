/// Splits CSV (RFC 4180) into records and fields.
///
/// - Lines end with LF or CRLF; the last one may have no end.
/// - A field is quoted if its first byte is a quote. In any other field a quote is a byte like others.
/// - Where quoting is broken (text behind a closing quote, a field without closing quote), only the physical line on
///   which the record began is faulted, and reading goes on with the line after it. So one stray quote costs one line,
///   not the rest of the file.
struct CSVScanner {
  struct Field {
    /// Positions from the start of the record, without the quotes.
    var start: Int
    var end: Int
    var isQuoted = false
    /// Whether it has doubled quotes that are not resolved yet.
    var hasEscapes = false
  }

  enum Record {
    case end
    /// `length` bytes without the line end, `consumed` with it, over so many lines.
    case record(length: Int, consumed: Int, lines: Int)
    /// A line to fault and to pass over. The fields are those before the broken one.
    case broken(FaultReason, consumed: Int)
    /// A line over the limit, to pass over by `skipLine`. There are no fields.
    case tooLong
  }

  let window: InputWindow
  let delimiter: UInt8
  /// Of the record that was found last.
  private(set) var fields: [Field] = []

  init(window: InputWindow, delimiter: UInt8) {
    self.window = window
    self.delimiter = delimiter
  }

  /// Finds the next record, and leaves it in the window.
  mutating func next() throws(FileFault) -> Record {
    fields.removeAll(keepingCapacity: true)
    switch try window.peekLine() {
    case .end: return .end
    case .tooLong: return .tooLong
    case .line(let length, let consumed):
      let bytes = Bytes(start: window.start, count: length)
      if bytes.firstIndex(of: ASCII.quote, from: 0) == nil {
        splitUnquoted(bytes)
        return .record(length: length, consumed: consumed, lines: 1)
      }
      return try scanQuoted(firstLine: length, consumed)
    }
  }

  private mutating func splitUnquoted(_ bytes: Bytes) {
    var start = 0
    while let index = bytes.firstIndex(of: delimiter, from: start) {
      fields.append(Field(start: start, end: index))
      start = index + 1
    }
    fields.append(Field(start: start, end: bytes.count))
  }

  private mutating func scanQuoted(firstLine length: Int, _ consumed: Int) throws(FileFault) -> Record {
    switch try findRecordEnd() {
    case .success(let end) where end.length <= InputWindow.recordLimit:
      return .record(length: end.length, consumed: end.consumed, lines: countLines(end.consumed))
    case .success:
      fields.removeAll { $0.end > length }
      return .broken(.unterminatedQuote, consumed: consumed)
    case .failure(let broken):
      fields.removeAll { $0.end > length }
      return .broken(broken.reason, consumed: consumed)
    }
  }

  private struct Broken: Error {
    var reason: FaultReason
  }

  /// Fills `fields` up to the end of the record, or to where its quoting is broken.
  private mutating func findRecordEnd() throws(FileFault) -> Result<(length: Int, consumed: Int), Broken> {
    let lineFeed = Int(ASCII.lineFeed)
    let carriageReturn = Int(ASCII.carriageReturn)
    var position = 0
    while true {
      var next = try window.byte(at: position)
      // Where the record ends if this is its last field.
      var end = position
      if next == Int(ASCII.quote) {
        guard let behind = try scanQuotedField(from: position + 1) else {
          return .failure(Broken(reason: .unterminatedQuote))
        }
        position = behind
        end = behind
        next = try window.byte(at: position)
        if next == carriageReturn {
          let afterReturn = try window.byte(at: position + 1)
          if afterReturn == lineFeed || afterReturn < 0 {
            position += 1
            next = afterReturn
          }
        }
      } else {
        let start = position
        while next != Int(delimiter), next != lineFeed, next >= 0 {
          position += 1
          next = try window.byte(at: position)
        }
        end = position
        if next != Int(delimiter), end > start, window.start[end - 1] == ASCII.carriageReturn { end -= 1 }
        fields.append(Field(start: start, end: end))
      }
      switch next {
      case Int(delimiter): position += 1
      case lineFeed: return .success((end, position + 1))
      case InputWindow.atEnd: return .success((end, position))
      default:
        // The last field is the broken one.
        fields.removeLast()
        return .failure(Broken(reason: next == InputWindow.overLimit ? .unterminatedQuote : .badQuote))
      }
    }
  }

  /// Appends the field that begins behind an opening quote. Returns the position behind the closing one, nil where
  /// there is none.
  private mutating func scanQuotedField(from start: Int) throws(FileFault) -> Int? {
    var position = start
    var hasEscapes = false
    while let quote = try window.find(ASCII.quote, from: position) {
      if try window.byte(at: quote + 1) != Int(ASCII.quote) {
        fields.append(Field(start: start, end: quote, isQuoted: true, hasEscapes: hasEscapes))
        return quote + 1
      }
      hasEscapes = true
      position = quote + 2
    }
    return nil
  }

  private func countLines(_ consumed: Int) -> Int {
    let bytes = Bytes(start: window.start, count: consumed)
    // The last line of a file may have no end.
    var lines = bytes.last == ASCII.lineFeed ? 0 : 1
    var position = 0
    while let index = bytes.firstIndex(of: ASCII.lineFeed, from: position) {
      lines += 1
      position = index + 1
    }
    return lines
  }

  /// The bytes of a field. Doubled quotes are resolved in place, once.
  mutating func text(_ index: Int) -> Bytes {
    let field = fields[index]
    let start = window.start + field.start
    var length = field.end - field.start
    if field.hasEscapes {
      let whole = length
      length = 0
      var read = 0
      while read < whole {
        start[length] = start[read]
        // Of two quotes the first is kept.
        read += start[read] == ASCII.quote ? 2 : 1
        length += 1
      }
      fields[index].end = field.start + length
      fields[index].hasEscapes = false
    }
    return Bytes(start: start, count: length)
  }
}
