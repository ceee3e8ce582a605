#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Text of another encoding, as UTF-8, by the C library's iconv.
final class TranscodingSource: ByteSource {
  private let path: String
  private let source: any ByteSource
  private let encoding: TextEncoding
  private let converter: iconv_t
  private let input = UnsafeMutablePointer<CChar>.allocate(capacity: TranscodingSource.size)
  private var count = 0
  private var isSourceAtEnd = false
  private var done: Int64 = 0
  private static let size = 64 << 10

  init(path: String, _ source: any ByteSource, _ encoding: TextEncoding) throws(FileFault) {
    self.path = path
    self.source = source
    self.encoding = encoding
    let converter = iconv_open("UTF-8", encoding.iconvName ?? "UTF-8")
    guard let converter, converter != iconv_t(bitPattern: -1) else {
      throw FileFault(
        path: path, "this system cannot convert \(encoding.rawValue)", remedy: "convert the file to UTF-8 first")
    }
    self.converter = converter
  }

  deinit {
    iconv_close(converter)
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    while true {
      if count < 16, !isSourceAtEnd {
        let room = UnsafeMutableRawBufferPointer(start: input + count, count: Self.size - count)
        let read = try source.read(into: room)
        isSourceAtEnd = read == 0
        count += read
      }
      if count == 0 { return 0 }
      var from: UnsafeMutablePointer<CChar>? = input
      var left = count
      var to = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      var room = buffer.count
      errno = 0
      _ = iconv(converter, &from, &left, &to, &room)
      let code = errno
      let taken = count - left
      let made = buffer.count - room
      if left > 0 { memmove(input, input + taken, left) }
      count = left
      done += Int64(taken)
      if made > 0 { return made }
      if taken > 0 { continue }
      // Some bytes of a character may be still to come.
      if code == EINVAL, !isSourceAtEnd {
        let space = UnsafeMutableRawBufferPointer(start: input + count, count: Self.size - count)
        let read = try source.read(into: space)
        isSourceAtEnd = read == 0
        count += read
        continue
      }
      throw FileFault(
        path: path, "byte \(done + 1) is not \(encoding.rawValue)",
        remedy: "name the encoding that the file has, or convert it to UTF-8")
    }
  }
}
