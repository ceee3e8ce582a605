#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Where bytes come from: a file, a gzip stream around one, or a test's array.
protocol ByteSource: AnyObject {
  /// Fills some of the buffer from its front. Returns how many bytes; 0 only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int
}

/// A file, pipe or device, read from front to back.
final class FileSource: ByteSource {
  let path: String
  private let descriptor: Int32
  private(set) var bytesRead: Int64 = 0

  /// - Parameter path: `-` is standard input
  init(path: String) throws(FileFault) {
    self.path = path
    if path == "-" {
      descriptor = 0
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.fault(path, errno) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw Self.fault(path, EISDIR)
    }
    self.descriptor = descriptor
  }

  deinit { if descriptor != 0 { close(descriptor) } }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 {
        bytesRead += Int64(count)
        return count
      }
      if errno != EINTR { throw Self.fault(path, errno) }
    }
  }

  private static func fault(_ path: String, _ code: Int32) -> FileFault {
    switch code {
    case ENOENT: FileFault(path: path, "there is no such file", remedy: "check the path")
    case EISDIR: FileFault(path: path, "this is a directory", remedy: "name the files in it")
    case EACCES, EPERM: FileFault(path: path, "permission to read it is denied", remedy: "check the file's mode")
    default: FileFault(path: path, "cannot be read: \(String(cString: strerror(code)))")
    }
  }
}

/// Gives back some bytes that were read to look at them, then the rest.
final class PushbackSource: ByteSource {
  private var front: ArraySlice<UInt8>
  private let rest: any ByteSource

  init(_ front: [UInt8], then rest: any ByteSource) {
    self.front = front[...]
    self.rest = rest
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    if front.isEmpty { return try rest.read(into: buffer) }
    let count = min(front.count, buffer.count)
    buffer.copyBytes(from: front.prefix(count))
    front = front.dropFirst(count)
    return count
  }
}
