/// One line of an access log in the common or the combined format:
///
/// `address ident user [10/Oct/2000:13:55:36 -0700] "GET /path HTTP/1.1" 200 2326 "referrer" "user agent"`
///
/// What follows the user agent is passed over. A `-` without quotes is absent. Escapes in quotes (`\"`, `\\`, `\xHH`,
/// `\n`, …) are resolved in place.
struct AccessLogLine {
  var address: Bytes
  var remoteUser: Bytes?
  /// What stands in the brackets.
  var time: Bytes
  var request: Bytes
  var status: Int
  var statusText: Bytes
  /// nil in the common format.
  var referrer: Bytes?
  /// nil in the common format.
  var agent: Bytes?

  /// nil where the line has another form.
  init?(_ line: UnsafeMutableBufferPointer<UInt8>) {
    var cursor = Cursor(bytes: line)
    guard let address = cursor.word(), cursor.word() != nil else { return nil }
    self.address = address
    // The name may hold blanks, so it goes up to the bracket.
    guard let user = cursor.text(before: " ["), let time = cursor.text(before: "] \"") else { return nil }
    self.time = time
    remoteUser = user.equals([UInt8(ascii: "-")]) ? nil : user
    guard let request = cursor.quotedRest(), cursor.takeBlank() else { return nil }
    self.request = request
    guard let statusText = cursor.word(), statusText.count == 3,
      let status = IntegerText.value(statusText[...], isNegative: false)
    else { return nil }
    self.status = Int(status)
    self.statusText = statusText
    guard let size = cursor.word(),
      size.equals([UInt8(ascii: "-")]) || IntegerText.value(size[...], isNegative: false) != nil
    else { return nil }
    if cursor.takeQuote() {
      guard let referrer = cursor.quotedRest(), cursor.takeBlank(), cursor.takeQuote(),
        let agent = cursor.quotedRest()
      else { return nil }
      self.referrer = referrer
      self.agent = agent
    }
  }

  /// The method, and the path without query and without scheme and host; nil where the request is not of HTTP's form.
  var methodAndPath: (method: Bytes, path: Bytes)? {
    guard let blank = request.firstIndex(of: ASCII.blank, from: 0), blank > 0 else { return nil }
    let method = request.slice(0..<blank)
    guard method.allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }) else { return nil }
    var target = request.slice(blank + 1..<request.count)
    // The version is what follows the last blank, if it is one: paths with blanks occur in the wild.
    if let last = target.lastIndex(of: ASCII.blank),
      target.slice(last + 1..<target.count).starts(with: "HTTP/".utf8)
    {
      target = target.slice(0..<last)
    }
    for scheme in ["http://", "https://"] where target.starts(with: scheme.utf8) {
      let host = target.slice(scheme.utf8.count..<target.count)
      target = host.slice((host.firstIndex(of: UInt8(ascii: "/"), from: 0) ?? host.count)..<host.count)
    }
    let end = target.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? target.count
    guard !target.isEmpty, end > 0 else { return nil }
    return (method, target.slice(0..<end))
  }
}

private struct Cursor {
  let bytes: UnsafeMutableBufferPointer<UInt8>
  var position = 0

  private func slice(_ range: Range<Int>) -> Bytes { Bytes(UnsafeMutableBufferPointer(rebasing: bytes[range])) }

  mutating func takeBlank() -> Bool {
    guard position < bytes.count, bytes[position] == ASCII.blank else { return false }
    position += 1
    return true
  }

  mutating func takeQuote() -> Bool {
    guard position < bytes.count, bytes[position] == ASCII.quote else { return false }
    position += 1
    return true
  }

  /// Up to the next blank, which is passed, or the end; nil where nothing stands here.
  mutating func word() -> Bytes? {
    let end = Bytes(bytes).firstIndex(of: ASCII.blank, from: position) ?? bytes.count
    guard end > position else { return nil }
    defer { position = min(end + 1, bytes.count) }
    return slice(position..<end)
  }

  /// Up to such an ASCII text, which is passed.
  mutating func text(before end: StaticString) -> Bytes? {
    let count = end.utf8CodeUnitCount
    let wanted = Bytes(start: end.utf8Start, count: count)
    var start = position
    while let index = Bytes(bytes).firstIndex(of: wanted[0], from: start), index + count <= bytes.count {
      if bytes[index..<index + count].elementsEqual(wanted) {
        defer { position = index + count }
        return slice(position..<index)
      }
      start = index + 1
    }
    return nil
  }

  /// The text behind an opening quote, with its escapes resolved; the closing quote is passed. nil where it is missing.
  mutating func quotedRest() -> Bytes? {
    let start = position
    var written = position
    while position < bytes.count {
      var byte = bytes[position]
      position += 1
      if byte == ASCII.quote { return slice(start..<written) }
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
}
