/// Matches a line against a format, from front to back, without going back.
struct LogLineMatch {
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private var position = 0
  private(set) var fields = LogFields()

  /// nil where the line does not fit; escapes in quotes are resolved in place.
  init?(_ line: UnsafeMutableBufferPointer<UInt8>, _ format: LogFormatString) {
    bytes = line
    while position < bytes.count, bytes[position] == ASCII.blank || bytes[position] == ASCII.tab { position += 1 }
    let fits = format.literals.withUnsafeBufferPointer { literals in
      format.steps.withUnsafeBufferPointer { steps in
        for step in steps {
          let literal = literals.slice(step.start..<step.start + step.count)
          guard take(step.kind, literal) else { return false }
        }
        return position == bytes.count
      }
    }
    if !fits { return nil }
  }

  private mutating func take(_ kind: LogFormatString.Step.Kind, _ literal: Bytes) -> Bool {
    switch kind {
    case .literal: return take(literal)
    case .blanks:
      skipBlanks()
      return true
    case .field(let field):
      let isList = field == .forwarded || field == .clients
      let text = isList ? addressList(onlyAddresses: field == .forwarded) : upTo(literal)
      return text.map { put($0, field) } ?? false
    case .quoted(let field):
      // A list ends before its quote by itself.
      let isList = field == .forwarded || field == .clients
      let text = isList ? addressList(onlyAddresses: field == .forwarded) : quoted()
      return text.map { put($0, field) } ?? false
    }
  }

  private func slice(_ range: Range<Int>) -> Bytes { Bytes(UnsafeMutableBufferPointer(rebasing: bytes[range])) }

  private mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == ASCII.blank { position += 1 }
  }

  /// A blank of the format is also a tab of the line.
  private mutating func take(_ literal: Bytes) -> Bool {
    guard stands(literal, at: position) else { return false }
    position += literal.count
    return true
  }

  private func stands(_ literal: Bytes, at place: Int) -> Bool {
    guard place + literal.count <= bytes.count else { return false }
    for index in literal.indices {
      let there = bytes[place + index]
      guard there == literal[index] || literal[index] == ASCII.blank && there == ASCII.tab else { return false }
    }
    return true
  }

  /// Up to such a text, which is left; nil where it does not come.
  private mutating func upTo(_ end: Bytes) -> Bytes? {
    let start = position
    guard let first = end.first else {
      position = bytes.count
      return slice(start..<position)
    }
    while position + end.count <= bytes.count {
      if first == ASCII.blank {
        while position < bytes.count, bytes[position] != ASCII.blank, bytes[position] != ASCII.tab { position += 1 }
      } else {
        position = Bytes(bytes).firstIndex(of: first, from: position) ?? bytes.count
      }
      if stands(end, at: position) { return slice(start..<position) }
      position += 1
    }
    position = start
    return nil
  }

  /// The text up to the closing quote, with its escapes resolved; the quote is left.
  private mutating func quoted() -> Bytes? {
    let start = position
    guard let close = Bytes(bytes).firstIndex(of: ASCII.quote, from: start) else { return nil }
    let plain = Bytes(bytes).slice(start..<close)
    guard let escape = plain.firstIndex(of: ASCII.backslash, from: 0) else {
      position = close
      return plain
    }
    position = start + escape
    var written = position
    while position < bytes.count {
      var byte = bytes[position]
      if byte == ASCII.quote { return slice(start..<written) }
      position += 1
      if byte == ASCII.backslash, position < bytes.count { byte = escaped() }
      bytes[written] = byte
      written += 1
    }
    return nil
  }

  /// The byte of an escape whose backslash is read; an unknown one stays a backslash.
  private mutating func escaped() -> UInt8 {
    let letter = bytes[position]
    let resolved: UInt8
    switch letter {
    case ASCII.quote, ASCII.backslash: resolved = letter
    case UInt8(ascii: "n"): resolved = 10
    case UInt8(ascii: "r"): resolved = 13
    case UInt8(ascii: "t"): resolved = 9
    case UInt8(ascii: "b"): resolved = 8
    case UInt8(ascii: "f"): resolved = 12
    case UInt8(ascii: "v"): resolved = 11
    case UInt8(ascii: "x"):
      guard position + 2 < bytes.count, let high = hexDigit(bytes[position + 1]),
        let low = hexDigit(bytes[position + 2])
      else { return ASCII.backslash }
      position += 3
      return high << 4 | low
    default: return ASCII.backslash
    }
    position += 1
    return resolved
  }

  /// `a`, or `a, b, c`: the first. What follows the list is left.
  private mutating func addressList(onlyAddresses: Bool) -> Bytes? {
    var first: Bytes?
    while true {
      let start = position
      scan: while position < bytes.count {
        switch bytes[position] {
        case ASCII.comma, ASCII.blank, ASCII.tab, ASCII.quote: break scan
        default: position += 1
        }
      }
      let address = LogAddress.withoutPort(slice(start..<position))
      guard LogAddress.isClient(address), !onlyAddresses || Self.isForwarded(address) else { return nil }
      first = first ?? address
      guard position < bytes.count, bytes[position] == ASCII.comma else { return first }
      position += 1
      skipBlanks()
    }
  }

  /// Digits with at most one point: an address in its place is not a number.
  static func isNumber(_ text: Bytes) -> Bool {
    var points = 0
    for byte in text {
      if byte == UInt8(ascii: ".") { points += 1 } else if !(48...57 ~= byte) { return false }
    }
    return points <= 1
  }

  private static func isForwarded(_ address: Bytes) -> Bool {
    LogFields.present(address) == nil || LogAddress.isIP(address) || address.elementsEqual("unknown".utf8)
  }

  private mutating func put(_ text: Bytes, _ field: LogFormatString.Field) -> Bool {
    let value = LogFields.present(text)
    switch field {
    case .client:
      guard LogAddress.isClient(text) else { return false }
      fields.address = value
    case .clients: fields.address = value
    case .clientWithPort:
      // The port is behind the last colon; IPv6 has more.
      guard let colon = text.lastIndex(of: UInt8(ascii: ":")) else { return false }
      var address = text.slice(0..<colon)
      if address.first == UInt8(ascii: "["), address.last == UInt8(ascii: "]") {
        address = address.slice(1..<address.count - 1)
      }
      guard LogAddress.isClient(address) else { return false }
      fields.address = LogFields.present(address)
    case .forwarded: fields.forwarded = value
    case .user: fields.remoteUser = value
    case .host:
      guard LogAddress.isHost(text) else { return false }
      fields.host = value
    case .moment, .time: fields.time = value
    case .date: fields.date = value
    case .request: fields.request = value
    case .method: fields.method = value
    case .path: fields.target = value
    case .query: fields.query = value
    case .status:
      guard value == nil || text.count == 3 && text.allSatisfy({ 48...57 ~= $0 }) else { return false }
      fields.status = value
    case .size, .number:
      guard value == nil || Self.isNumber(text) else { return false }
    case .referrer: fields.referrer = value
    case .agent: fields.agent = value
    case .anything: break
    }
    return true
  }
}
