internal import CZlib

/// The content of a gzip stream: one member or several, as `cat a.gz b.gz` makes them.
///
/// Whatever is broken (a cut-off stream, a wrong checksum, bytes behind the end that are no member) is a fault. Zero
/// bytes behind the end are padding, and are passed over as gzip itself does.
final class GzipSource: ByteSource {
  private let path: String
  private let source: any ByteSource
  private let input: UnsafeMutableRawBufferPointer
  // zlib keeps a pointer to the stream, so that it must stay where it is.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isInsideMember = true
  private var isSourceAtEnd = false

  static let magic: [UInt8] = [0x1f, 0x8b]

  init(path: String, _ source: any ByteSource) throws(FileFault) {
    self.path = path
    self.source = source
    input = .allocate(byteCount: 64 << 10, alignment: 16)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for "gzip only".
    guard sessionizer_inflate_init(stream, 15 + 16) == Z_OK else {
      throw FileFault(path: path, "zlib could not be started", remedy: "free some memory and try again")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(clamping: buffer.count)
    let room = stream.pointee.avail_out
    while stream.pointee.avail_out == room {
      if stream.pointee.avail_in == 0 { try refill() }
      if !isInsideMember {
        if try !beginMember() { return 0 }
        continue
      }
      if stream.pointee.avail_in == 0 {
        throw broken("the gzip stream ends before its end", remedy: "the file is cut off: copy it again")
      }
      switch inflate(stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END: isInsideMember = false
      case Z_MEM_ERROR: throw broken("zlib has no memory", remedy: "free some memory and try again")
      case let code:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
        throw broken("the gzip stream is broken: \(reason)", remedy: "copy the file again")
      }
    }
    return Int(room - stream.pointee.avail_out)
  }

  private func refill() throws(FileFault) {
    if isSourceAtEnd { return }
    let count = try source.read(into: input)
    isSourceAtEnd = count == 0
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
  }

  /// Between two members. False at the end of the file.
  private func beginMember() throws(FileFault) -> Bool {
    if stream.pointee.avail_in == 0 {
      if isSourceAtEnd { return false }
      return true
    }
    if stream.pointee.next_in.pointee == 0 {
      stream.pointee.next_in += 1
      stream.pointee.avail_in -= 1
      return true
    }
    guard inflateReset(stream) == Z_OK else { throw broken("zlib cannot go on", remedy: nil) }
    isInsideMember = true
    return true
  }

  private func broken(_ message: String, remedy: String?) -> FileFault {
    FileFault(path: path, "\(message) (after \(stream.pointee.total_out) bytes of text)", remedy: remedy)
  }
}
