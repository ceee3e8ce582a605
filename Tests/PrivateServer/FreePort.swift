import Foundation

/// A port of 127.0.0.1 that nobody listens on. Somebody may take it before the server does: then another is tried.
public func freePort() throws -> Int {
  #if os(Linux)
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  #else
    let socket = socket(AF_INET, SOCK_STREAM, 0)
  #endif
  defer { close(socket) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
    }
  }
  guard isBound else { throw PrivateServerError("there is no free port on 127.0.0.1") }
  return Int(UInt16(bigEndian: address.sin_port))
}

/// Somebody else was faster.
public enum PortTaken: Error { case taken }

/// Starts a server, with another port where somebody took the one that was free.
public func withFreePort<Server>(_ start: () throws -> Server) throws -> Server {
  var attempts = 0
  while true {
    do {
      return try start()
    } catch PortTaken.taken where attempts < 5 {
      attempts += 1
    }
  }
}
