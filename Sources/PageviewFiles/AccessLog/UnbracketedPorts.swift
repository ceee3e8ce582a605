/// Watches for ports behind IPv6 addresses without brackets, which nobody can tell from a group of the address.
///
/// `2001:db8::1:4711` is an address. A log in which all IPv6 clients end in such a number, and some differ in nothing
/// else, was probably written with ports: each connection would be a user of its own.
struct UnbracketedPorts {
  private var addresses: Set<[UInt8]> = []
  private var fronts: Set<[UInt8]> = []
  private var isOther = false
  private static let greatest = 1000

  mutating func see(_ client: Bytes) {
    guard !isOther, addresses.count < Self.greatest, let colon = client.lastIndex(of: UInt8(ascii: ":")) else { return }
    let end = client[(colon + 1)...]
    // Ports of clients are 1024 and above; one of five digits makes a group too long already.
    guard end.count == 4, end.first != UInt8(ascii: "0"), end.allSatisfy({ 48...57 ~= $0 }) else {
      isOther = true
      return
    }
    if addresses.insert(Array(client)).inserted { fronts.insert(Array(client[..<colon])) }
  }

  var notices: [String] {
    guard !isOther, fronts.count < addresses.count,
      let example = addresses.min(by: { $0.lexicographicallyPrecedes($1) })
    else { return [] }
    return [
      "all IPv6 clients end in a number such as \(shownName(example)), and some differ in nothing else: if it is a port, "
        + "each connection is a user of its own; have the server write brackets around the address"
    ]
  }
}
