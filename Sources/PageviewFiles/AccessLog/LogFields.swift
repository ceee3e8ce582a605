/// What an access log says of a request, as columns for attributes and filters.
public enum AccessLogField: String, CaseIterable, Sendable {
  case address, forwarded
  case remoteUser = "remote_user"
  case method, path, query, status, referrer
  case agent = "user_agent"
  case host
}

/// The fields of one line, in a reader's memory. An absent one, or a `-`, is nil.
struct LogFields {
  var address: Bytes?
  /// The first address of X-Forwarded-For, from a field of its own.
  var forwarded: Bytes?
  var remoteUser: Bytes?
  var time: Bytes?
  /// Where date and time are two fields.
  var date: Bytes?
  /// The whole first line of the request.
  var request: Bytes?
  var method: Bytes?
  /// The target with its query, perhaps with scheme and host.
  var target: Bytes?
  var query: Bytes?
  var status: Bytes?
  var referrer: Bytes?
  var agent: Bytes?
  var host: Bytes?

  /// Takes method and target out of the request's line, if that is of HTTP's form.
  mutating func splitRequest() {
    guard let request, let blank = request.firstIndex(of: ASCII.blank, from: 0), blank > 0 else { return }
    let method = request.slice(0..<blank)
    guard method.allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }) else { return }
    var target = request.slice(blank + 1..<request.count)
    // The version is what follows the last blank, if it is one: paths with blanks occur in the wild.
    if let last = target.lastIndex(of: ASCII.blank),
      target.slice(last + 1..<target.count).starts(with: "HTTP/".utf8)
    {
      target = target.slice(0..<last)
    }
    guard !target.isEmpty else { return }
    (self.method, self.target) = (method, target)
  }

  private static let schemes = ["http://", "https://", "ws://", "wss://"]

  /// The path and the query; nil where there is no target, or nothing is left of it.
  var pathAndQuery: (path: Bytes, query: Bytes?)? {
    guard var target, !target.isEmpty else { return nil }
    // Nearly all begin with a slash.
    for scheme in target[0] == UInt8(ascii: "/") ? [] : Self.schemes where target.starts(with: scheme.utf8) {
      let host = target.slice(scheme.utf8.count..<target.count)
      target = host.slice((host.firstIndex(of: UInt8(ascii: "/"), from: 0) ?? host.count)..<host.count)
    }
    let fragment = target.firstIndex(of: UInt8(ascii: "#"), from: 0) ?? target.count
    let mark = target.slice(0..<fragment).firstIndex(of: UInt8(ascii: "?"), from: 0)
    let path = target.slice(0..<(mark ?? fragment))
    guard !path.isEmpty else { return nil }
    if let query, !query.isEmpty { return (path, query) }
    return (path, mark.map { target.slice($0 + 1..<fragment) })
  }

  /// Takes the ports off the client's address and the first forwarded one. False where either is something else.
  mutating func takeAddresses() -> Bool {
    if let client = address {
      address = LogAddress.withoutPort(client)
      guard let address, LogAddress.isClient(address) else { return false }
    }
    switch LogAddress.first(of: forwarded) {
    case .none: forwarded = nil
    case .address(let first): forwarded = first
    case .unfit: return false
    }
    return true
  }

  /// Empty texts and `-` stand for nothing.
  static func present(_ bytes: Bytes?) -> Bytes? {
    guard let bytes, !bytes.isEmpty, !(bytes.count == 1 && bytes[0] == UInt8(ascii: "-")) else { return nil }
    return bytes
  }
}

/// The forms of addresses and names in access logs.
enum LogAddress {
  /// An IPv4 or IPv6 address, or a host's name: no blank, comma, quote or bracket of a list, a colon in IPv6 only, and
  /// nothing beyond ASCII, such as the byte order mark of a file that was put behind another.
  static func isClient(_ bytes: Bytes) -> Bool {
    guard !bytes.isEmpty else { return false }
    var colons = 0
    var isHexadecimal = true
    for byte in bytes {
      switch byte {
      case UInt8(ascii: ":"): colons += 1
      case ASCII.comma, ASCII.quote, UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "="), UInt8(ascii: "{"),
        UInt8(ascii: "("), UInt8(ascii: "/"), UInt8(ascii: "|"), 0...32, 127...255:
        return false
      case UInt8(ascii: "."), UInt8(ascii: "%"): break
      default: if hexDigit(byte) == nil { isHexadecimal = false }
      }
    }
    // The zone of a link-local address is no hexadecimal number.
    if colons == 0 { return true }
    guard colons >= 2, isHexadecimal || bytes.contains(UInt8(ascii: "%")) else { return false }
    return hasGroups(bytes.slice(0..<(bytes.firstIndex(of: UInt8(ascii: "%"), from: 0) ?? bytes.count)))
  }

  /// Whether a text with colons is an IPv6 address: eight groups of at most four digits, or fewer around one `::`.
  ///
  /// A port behind an address without brackets makes a group too many, or one that is too long. Where it makes neither,
  /// nobody can tell it from a group.
  private static func hasGroups(_ bytes: Bytes) -> Bool {
    var groups = 0
    var gaps = 0
    var start = 0
    while start <= bytes.count {
      let end = bytes.firstIndex(of: UInt8(ascii: ":"), from: start) ?? bytes.count
      let group = bytes.slice(start..<end)
      if group.isEmpty {
        // The empty text before a leading gap and the one behind a trailing gap belong to that gap.
        let isEdge = start == 0 || end == bytes.count
        let neighbour = start == 0 ? 1 : end == bytes.count ? bytes.count - 2 : -1
        if isEdge {
          guard bytes.count >= 2, bytes[neighbour] == UInt8(ascii: ":") else { return false }
        } else {
          gaps += 1
        }
      } else if group.contains(UInt8(ascii: ".")) {
        guard end == bytes.count, isIP(group) else { return false }
        groups += 2
      } else {
        guard group.count <= 4 else { return false }
        groups += 1
      }
      start = end + 1
    }
    // `::` alone has its gap between two edges.
    return gaps == 0 ? groups == 8 : gaps == 1 && groups <= 7
  }

  /// Without the port behind an IPv4 address (`192.0.2.1:4711`) or a bracketed IPv6 one (`[2001:db8::1]:443`): each
  /// connection of a client has another.
  static func withoutPort(_ bytes: Bytes) -> Bytes {
    guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { return bytes }
    if bytes.first == UInt8(ascii: "[") {
      let close = bytes.last == UInt8(ascii: "]") ? bytes.count - 1 : colon - 1
      guard close > 1, bytes[close] == UInt8(ascii: "]") else { return bytes }
      if close < bytes.count - 1, !isPort(bytes.slice(colon + 1..<bytes.count)) { return bytes }
      let inside = bytes.slice(1..<close)
      return inside.contains(UInt8(ascii: ":")) ? inside : bytes
    }
    let address = bytes.slice(0..<colon)
    guard isPort(bytes.slice(colon + 1..<bytes.count)), !address.contains(UInt8(ascii: ":")), isIP(address) else {
      return bytes
    }
    return address
  }

  private static func isPort(_ bytes: Bytes) -> Bool {
    !bytes.isEmpty && bytes.count <= 5 && bytes.allSatisfy { 48...57 ~= $0 }
  }

  /// The first address of a list in a field of its own, without its port.
  enum First {
    case none
    case address(Bytes)
    /// Something else stands there.
    case unfit
  }

  /// Separated by commas and blanks, or what W3C logs write for them: `192.0.2.1,+10.0.0.1`, `192.0.2.1%2C%2010.0.0.1`.
  static func first(of list: Bytes?) -> First {
    guard let list = LogFields.present(list) else { return .none }
    let end = list.firstIndex {
      $0 == ASCII.comma || $0 == UInt8(ascii: "+") || $0 == ASCII.blank || $0 == UInt8(ascii: "%")
    }
    guard let first = LogFields.present(list.slice(0..<(end ?? list.count)).trimmed) else { return .none }
    let address = withoutPort(first)
    return isClient(address) ? .address(address) : .unfit
  }

  /// An IPv4 address, or one with two colons in it.
  static func isIP(_ bytes: Bytes) -> Bool {
    guard isClient(bytes) else { return false }
    if bytes.contains(UInt8(ascii: ":")) { return true }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { !$0.isEmpty && $0.count <= 3 && $0.allSatisfy { 48...57 ~= $0 } }
  }

  /// The name of a virtual host, perhaps with a port; an address only with one.
  static func isHost(_ bytes: Bytes) -> Bool {
    var name = bytes
    var hasPort = false
    if let colon = bytes.lastIndex(of: UInt8(ascii: ":")) {
      let port = bytes.slice(colon + 1..<bytes.count)
      guard !port.isEmpty, port.count <= 5, port.allSatisfy({ 48...57 ~= $0 }) else { return false }
      hasPort = true
      name = bytes.slice(0..<colon)
      if name.first == UInt8(ascii: "["), name.last == UInt8(ascii: "]"), name.count > 2 {
        name = name.slice(1..<name.count - 1)
      }
    }
    guard isClient(name), name.contains(where: { $0 | 0x20 >= 97 && $0 | 0x20 <= 122 || 48...57 ~= $0 }) else {
      return false
    }
    return hasPort || !isIP(name) && !name.contains(UInt8(ascii: ":"))
  }
}
