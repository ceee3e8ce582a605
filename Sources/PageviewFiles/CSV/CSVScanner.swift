/// Splits CSV (RFC 4180 and its relatives) into records and fields.
///
/// - Lines end with LF or CRLF, or all of them with CR; the last one may have no end.
/// - A field is quoted if its first byte is a quote, or with `skipsBlanks` its first that is not blank. In any other
///   field a quote is a byte like others.
/// - Where quoting is broken (text behind a closing quote, a field without closing quote), only the physical line on
///   which the record began is faulted, and reading goes on with the line after it. So one stray quote costs one line,
///   not the rest of the file.
/// - To look for a closing quote on further lines may be in vain, and is then done again for the next line. Bytes that
///   were looked at in vain are counted: when they are more than four times those of the lines that are done, records
///   end with their line, until the count is made up for. So the work is at most a constant times the file's size.
struct CSVScanner {
  struct Field {
    /// Positions from the start of the record, without the quotes.
    var start: Int
    var end: Int
    var isQuoted = false
    /// Whether it has escapes that are not resolved yet.
    var hasEscapes = false
  }

  enum Record {
    case end
    /// `length` bytes without the line end, `consumed` with it, over so many lines.
    case record(length: Int, consumed: Int, lines: Int)
    /// A line to fault and to pass over. The fields are those before the broken one.
    case broken(FaultReason, length: Int, consumed: Int)
    /// A line over the limit, to pass over by `skipLine`. There are no fields.
    case tooLong
  }

  let window: InputWindow
  let delimiter: UInt8
  /// nil: there are no quotes.
  let quote: UInt8?
  /// What stands before a quote inside quotes.
  let escape: UInt8
  private let skipsBlanks: Bool
  /// Of the record that was found last.
  private(set) var fields: [Field] = []
  private var done = 0
  private var inVain = 0
  private static let allowance = 64 << 10

  /// - Parameter skipsBlanks: blanks may stand before an opening quote and behind a closing one
  init(
    window: InputWindow, delimiter: UInt8, quote: UInt8? = ASCII.quote, escape: UInt8? = nil, skipsBlanks: Bool = false
  ) {
    self.skipsBlanks = skipsBlanks
    self.window = window
    self.delimiter = delimiter
    self.quote = quote
    self.escape = escape ?? quote ?? 0
  }

  /// Finds the next record, and leaves it in the window.
  mutating func next() throws(FileFault) -> Record {
    fields.removeAll(keepingCapacity: true)
    switch try window.peekLine() {
    case .end: return .end
    case .tooLong: return .tooLong
    case .line(let length, let consumed):
      done += consumed
      let bytes = Bytes(start: window.start, count: length)
      window.examined += length
      guard let quote, bytes.firstIndex(of: quote, from: 0) != nil else {
        splitUnquoted(bytes)
        return .record(length: length, consumed: consumed, lines: 1)
      }
      return try scanQuoted(quote, firstLine: length, consumed)
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

  private mutating func scanQuoted(
    _ quote: UInt8, firstLine length: Int, _ consumed: Int
  ) throws(FileFault) -> Record {
    let mayGoOn = inVain <= 4 * done + Self.allowance
    let result = try findRecordEnd(quote, limit: mayGoOn ? nil : length)
    window.examined += looked
    if case .success(let end) = result, end.length <= InputWindow.recordLimit {
      done += end.consumed - consumed
      return .record(length: end.length, consumed: end.consumed, lines: countLines(end.consumed))
    }
    inVain += looked
    fields.removeAll { $0.end > length }
    if case .failure(let broken) = result {
      return .broken(broken.reason, length: length, consumed: consumed)
    }
    return .broken(.unterminatedQuote, length: length, consumed: consumed)
  }

  private struct Broken: Error {
    var reason: FaultReason
  }

  /// How far the last search went.
  private var looked = 0

  /// Fills `fields` up to the end of the record, or to where its quoting is broken.
  ///
  /// - Parameter limit: where the record must end; nil: where it may be as long as records may
  private mutating func findRecordEnd(
    _ quote: UInt8, limit: Int?
  ) throws(FileFault) -> Result<(length: Int, consumed: Int), Broken> {
    let lineEnd = Int(window.lineEnd)
    let carriageReturn = lineEnd == Int(ASCII.lineFeed) ? Int(ASCII.carriageReturn) : -3
    var position = 0
    defer { looked = min(max(looked, position), InputWindow.recordLimit + 2) }
    looked = 0
    while true {
      var next = try window.byte(at: position)
      if skipsBlanks {
        var behind = position
        if try passBlanks(&behind) == Int(quote) { (position, next) = (behind, Int(quote)) }
      }
      // Where the record ends if this is its last field.
      var end = position
      if next == Int(quote) {
        guard let behind = try scanQuotedField(quote, from: position + 1, limit: limit) else {
          return .failure(Broken(reason: .unterminatedQuote))
        }
        position = behind
        end = behind
        next = try window.byte(at: position)
        if skipsBlanks { next = try passBlanks(&position) }
        if next == carriageReturn {
          var ahead = position + 1
          var afterReturn = try window.byte(at: ahead)
          while afterReturn == carriageReturn {
            ahead += 1
            afterReturn = try window.byte(at: ahead)
          }
          if afterReturn == lineEnd || afterReturn < 0 {
            position = ahead
            next = afterReturn
          }
        }
      } else {
        let start = position
        while next != Int(delimiter), next != lineEnd, next >= 0 {
          position += 1
          next = try window.byte(at: position)
        }
        end = position
        while next != Int(delimiter), end > start, carriageReturn >= 0,
          window.start[end - 1] == ASCII.carriageReturn
        { end -= 1 }
        fields.append(Field(start: start, end: end))
      }
      switch next {
      case Int(delimiter): position += 1
      case lineEnd: return .success((end, position + 1))
      case InputWindow.atEnd: return .success((end, position))
      default:
        // The last field is the broken one.
        fields.removeLast()
        return .failure(Broken(reason: next == InputWindow.overLimit ? .unterminatedQuote : .badQuote))
      }
    }
  }

  /// Moves over blanks and tabs that are not the delimiter. Returns the byte behind them.
  private func passBlanks(_ position: inout Int) throws(FileFault) -> Int {
    var next = try window.byte(at: position)
    while next == Int(ASCII.blank) || next == Int(ASCII.tab), next != Int(delimiter) {
      position += 1
      next = try window.byte(at: position)
    }
    return next
  }

  /// Appends the field that begins behind an opening quote. Returns the position behind the closing one, nil where
  /// there is none.
  private mutating func scanQuotedField(
    _ quote: UInt8, from start: Int, limit: Int?
  ) throws(FileFault) -> Int? {
    var position = start
    var hasEscapes = false
    while true {
      let found: Int?
      if let limit {
        found = Bytes(start: window.start, count: limit).firstIndex(of: quote, from: position)
      } else {
        found = try window.find(quote, from: position)
      }
      guard let index = found else {
        looked = limit ?? min(window.available, InputWindow.recordLimit + 2)
        return nil
      }
      if escape == quote {
        if try window.byte(at: index + 1) != Int(quote) {
          fields.append(Field(start: start, end: index, isQuoted: true, hasEscapes: hasEscapes))
          return index + 1
        }
        hasEscapes = true
        position = index + 2
        continue
      }
      // The quote is text if an odd number of escapes stands before it.
      var escapes = 0
      while index - escapes > position, window.start[index - escapes - 1] == escape { escapes += 1 }
      if escapes > 0 || Bytes(start: window.start + position, count: index - position).contains(escape) {
        hasEscapes = true
      }
      if escapes % 2 == 0 {
        fields.append(Field(start: start, end: index, isQuoted: true, hasEscapes: hasEscapes))
        return index + 1
      }
      position = index + 1
    }
  }

  private func countLines(_ consumed: Int) -> Int {
    let bytes = Bytes(start: window.start, count: consumed)
    // The last line of a file may have no end.
    var lines = bytes.last == window.lineEnd ? 0 : 1
    var position = 0
    while let index = bytes.firstIndex(of: window.lineEnd, from: position) {
      lines += 1
      position = index + 1
    }
    return lines
  }

  /// The bytes of a field. Escapes are resolved in place, once.
  mutating func text(_ index: Int) -> Bytes {
    let field = fields[index]
    let start = window.start + field.start
    var length = field.end - field.start
    if field.hasEscapes {
      let whole = length
      length = 0
      var read = 0
      while read < whole {
        // An escape gives way to the quote or the escape behind it.
        if start[read] == escape, read + 1 < whole, start[read + 1] == escape || start[read + 1] == quote { read += 1 }
        start[length] = start[read]
        read += 1
        length += 1
      }
      fields[index].end = field.start + length
      fields[index].hasEscapes = false
    }
    return Bytes(start: start, count: length)
  }
}
