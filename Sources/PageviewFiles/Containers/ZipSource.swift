internal import CZlib

/// The content of a zip file with one member, read from front to back.
///
/// Sizes that are known only behind the content are checked there. A second member is a fault, since the tool would
/// have to guess which is meant.
final class ZipSource: ByteSource {
  private let path: String
  private let source: any ByteSource
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  private var start = 0
  private var end = 0
  private let stream: UnsafeMutablePointer<z_stream>
  /// Of a member that is not compressed: how many bytes are left.
  private var stored: Int?
  private var checksum: UInt
  private let wanted: UInt?
  private var isAtEnd = false

  static let magic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  init(path: String, _ source: any ByteSource) throws(FileFault) {
    self.path = path
    self.source = source
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    checksum = crc32(0, nil, 0)
    guard sessionizer_inflate_init(stream, -15) == Z_OK else {
      throw FileFault(path: path, "zlib could not be started", remedy: "free some memory and try again")
    }
    var header: [UInt8] = []
    var rest = 30
    var isFixed = true
    while header.count < rest {
      if start == end {
        start = 0
        end = try source.read(into: input)
        if end == 0 { throw Self.cut(path) }
      }
      header.append(input[start])
      start += 1
      if isFixed, header.count == 30 {
        isFixed = false
        rest += Int(header[26]) + Int(header[27]) << 8 + Int(header[28]) + Int(header[29]) << 8
      }
    }
    func number(_ place: Int, _ count: Int) -> UInt {
      (0..<count).reduce(0) { $0 | UInt(header[place + $1]) << (8 * UInt($1)) }
    }
    let flags = number(6, 2)
    let method = number(8, 2)
    if flags & 1 != 0 { throw FileFault(path: path, "this zip file is encrypted", remedy: "unpack it first") }
    wanted = flags & 8 == 0 ? number(14, 4) : nil
    switch method {
    case 8: stored = nil
    case 0 where flags & 8 == 0 && number(18, 4) != 0xFFFF_FFFF: stored = Int(number(18, 4))
    default:
      throw FileFault(
        path: path, "this zip file uses method \(method), which is not read", remedy: "unpack it first with unzip")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    while !isAtEnd {
      if stored == 0 {
        try finish()
        break
      }
      if start == end { try refill() }
      var count = 0
      if let left = stored {
        count = min(left, end - start, buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[start..<start + count]))
        start += count
        stored = left - count
      } else {
        count = try unpack(buffer)
      }
      let made = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
      checksum = crc32(checksum, made.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(count))
      if isAtEnd { try finish() }
      if count > 0 { return count }
    }
    return 0
  }

  private func unpack(_ buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    stream.pointee.next_in = input.baseAddress?.advanced(by: start).assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(end - start)
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(clamping: buffer.count)
    let room = Int(stream.pointee.avail_out)
    let code = inflate(stream, Z_NO_FLUSH)
    start = end - Int(stream.pointee.avail_in)
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isAtEnd = true
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
      throw FileFault(path: path, "the zip file is broken: \(reason)", remedy: "copy the file again")
    }
    return room - Int(stream.pointee.avail_out)
  }

  private func refill() throws(FileFault) {
    start = 0
    end = try source.read(into: input)
    if end == 0 { throw Self.cut(path) }
  }

  /// Behind the content: the checksum fits, and no other member follows.
  private func finish() throws(FileFault) {
    isAtEnd = true
    if let wanted, checksum != wanted {
      throw FileFault(path: path, "the zip file is broken: wrong checksum", remedy: "copy the file again")
    }
    var behind: [UInt8] = []
    // A descriptor of 16 or 24 bytes may come before the next signature.
    while behind.count < 28 {
      if start == end {
        start = 0
        end = try source.read(into: input)
        if end == 0 { break }
      }
      behind.append(input[start])
      start += 1
    }
    if behind.isEmpty { throw Self.cut(path) }
    // A checksum that is known only now stands there, perhaps behind a mark of its own.
    let mark: [UInt8] = [0x50, 0x4B, 0x07, 0x08]
    if wanted == nil {
      func number(_ bytes: ArraySlice<UInt8>) -> UInt { bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt($1) } }
      let isMarked = behind.starts(with: mark) && number(behind.dropFirst(4)) == checksum
      guard isMarked || behind.count >= 4 && number(behind[...]) == checksum else {
        throw behind.count < 8
          ? Self.cut(path)
          : FileFault(path: path, "the zip file is broken: wrong checksum", remedy: "copy the file again")
      }
    }
    for place in [0, 12, 16, 20, 24] where behind.dropFirst(place).starts(with: Self.magic) {
      throw FileFault(
        path: path, "this zip file has more than one member", remedy: "unpack it, and load the files in it")
    }
    // The directory at the end is of no use here, but a pipe's writer wants it taken.
    repeat { end = try source.read(into: input) } while end > 0
    start = 0
  }

  private static func cut(_ path: String) -> FileFault {
    FileFault(path: path, "the zip file ends before its end", remedy: "the file is cut off: copy it again")
  }
}
