internal import Foundation

/// Where bytes go: standard output, standard error, a file, or a test's memory. Keeps no buffer of its own.
public protocol ByteSink: Sendable {
  /// Writes all of the bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError)
}

extension ByteSink {
  func write(_ bytes: [UInt8]) throws(OutputError) {
    var failure: OutputError?
    bytes.withUnsafeBytes { buffer in
      do throws(OutputError) { try write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }
}

/// Output that could not be written.
public enum OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The reader is gone (`sessionizer events | head`). Not a failure: the command ends quietly.
  case brokenPipe
  /// What failed, and why.
  case failed(String)

  public var description: String {
    switch self {
    case .brokenPipe: "the output's reader is gone"
    case .failed(let message): message
    }
  }
}

/// An open file descriptor.
public struct FileDescriptorSink: ByteSink {
  let descriptor: Int32
  /// For error messages.
  let name: String

  public static let standardOutput = FileDescriptorSink(descriptor: 1, name: "standard output")
  public static let standardError = FileDescriptorSink(descriptor: 2, name: "standard error")

  /// Whether a person is likely to be looking.
  public var isTerminal: Bool { isatty(descriptor) == 1 }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written >= 0 {
        rest = rest.dropFirst(written)
        continue
      }
      switch errno {
      case EINTR: continue
      case EPIPE: throw .brokenPipe
      case EAGAIN:
        // Someone made the descriptor non-blocking; wait until it takes more.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      case let code: throw .failed("cannot write to \(name): \(String(cString: strerror(code)))")
      }
    }
  }
}
