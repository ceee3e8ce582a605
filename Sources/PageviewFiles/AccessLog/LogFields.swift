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

  /// The path and the query; nil where there is no target, or nothing is left of it.
  var pathAndQuery: (path: Bytes, query: Bytes?)? {
    guard var target, !target.isEmpty else { return nil }
    for scheme in ["http://", "https://", "ws://", "wss://"] where target.starts(with: scheme.utf8) {
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

  /// Empty texts and `-` stand for nothing.
  static func present(_ bytes: Bytes?) -> Bytes? {
    guard let bytes, !bytes.isEmpty, !(bytes.count == 1 && bytes[0] == UInt8(ascii: "-")) else { return nil }
    return bytes
  }
}

/// The forms of addresses and names in access logs.
enum LogAddress {
  /// An IPv4 or IPv6 address, or a host's name: no blank, comma, quote or bracket of a list, and a colon in IPv6 only.
  static func isClient(_ bytes: Bytes) -> Bool {
    guard !bytes.isEmpty else { return false }
    var colons = 0
    var isHexadecimal = true
    for byte in bytes {
      switch byte {
      case UInt8(ascii: ":"): colons += 1
      case ASCII.comma, ASCII.quote, UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "="), UInt8(ascii: "{"),
        UInt8(ascii: "("), UInt8(ascii: "/"), UInt8(ascii: "|"), 0...32, 127:
        return false
      case UInt8(ascii: "."), UInt8(ascii: "%"): break
      default: if hexDigit(byte) == nil { isHexadecimal = false }
      }
    }
    // The zone of a link-local address is no hexadecimal number.
    return colons == 0 || colons >= 2 && (isHexadecimal || bytes.contains(UInt8(ascii: "%")))
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
