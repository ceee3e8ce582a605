import Foundation
import Synchronization

/// A way to a server that ends after so many bytes of what the server says.
public final class CuttingProxy: Sendable {
  /// How it ends.
  public enum Cut: String, CaseIterable, Sendable {
    /// As a server that closes the connection.
    case finish
    /// As one that is gone.
    case reset
    /// As a network that is: nothing more comes, and nobody says so.
    case stall
  }

  public let port: Int
  private let listener: Int32
  private let upstream: Int
  private struct State {
    var cut: (after: Int, how: Cut)?
    var isOpen = true
  }
  private let state = Mutex(State())

  /// Lets everything through at first.
  public init(to upstream: Int) throws {
    self.upstream = upstream
    listener = socket(AF_INET, Self.stream, 0)
    var address = Self.address(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { [listener] in
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 100) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isListening else { throw PrivateServerError("there is no free port on 127.0.0.1") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self, listener] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        guard let proxy = self else {
          close(client)
          return
        }
        let cut = proxy.state.withLock(\.cut)
        let upstream = proxy.upstream
        Thread.detachNewThread { Self.carry(client, upstream, cut) }
      }
    }
  }

  deinit {
    // Wakes the thread that accepts.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Cuts connections that are made from now on, each after so many bytes from the server; nil lets everything through.
  public func cut(after bytes: Int?, _ how: Cut = .finish) {
    state.withLock { $0.cut = bytes.map { ($0, how) } }
  }

  private static var stream: Int32 {
    #if os(Linux)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }

  private static func address(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  /// Hands bytes on in both directions until one side ends, or the cut comes.
  private static func carry(_ client: Int32, _ port: Int, _ cut: (after: Int, how: Cut)?) {
    let server = socket(AF_INET, stream, 0)
    var address = address(port: port)
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    defer { for descriptor in [client, server] { close(descriptor) } }
    guard isConnected else { return }
    var left = cut?.after ?? .max
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      var descriptors = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&descriptors, 2, -1) > 0 else { continue }
      if descriptors[0].revents != 0 {
        let count = recv(client, &buffer, buffer.count, 0)
        guard count > 0, send(server, buffer, count, flags) == count else { return }
      }
      if descriptors[1].revents != 0 {
        let count = recv(server, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        let passed = min(count, left)
        guard passed == 0 || send(client, buffer, passed, flags) == passed else { return }
        left -= passed
        if count > passed || left == 0 { return end(client, cut?.how ?? .finish) }
      }
    }
  }

  private static var flags: Int32 {
    #if os(Linux)
      Int32(MSG_NOSIGNAL)
    #else
      0
    #endif
  }

  private static func end(_ client: Int32, _ how: Cut) {
    switch how {
    case .finish: break
    case .reset:
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(client, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    case .stall:
      // Silent until the client goes.
      var buffer = [UInt8](repeating: 0, count: 4096)
      while recv(client, &buffer, buffer.count, 0) > 0 {}
    }
  }
}
