/// What the first bytes of a file say about it.
enum FileSignature {
  private static let packers: [(magic: [UInt8], name: String, tool: String)] = [
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "zstd -d"), (Array("BZh".utf8), "bzip2", "bzip2 -d"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz", "xz -d"), ([0x50, 0x4B, 0x03, 0x04], "zip", "unzip"),
    (Array("SQLite format 3\0".utf8), "SQLite", "sqlite3 -csv -header"), (Array("PAR1".utf8), "Parquet", "a converter"),
  ]

  /// The content of a file, unpacked if it is gzip. Formats that are not read are a fault that names them.
  static func text(of source: any ByteSource, path: String) throws(FileFault) -> any ByteSource {
    var front = [UInt8](repeating: 0, count: 16)
    var count = 0
    while count < front.count {
      // The closure cannot throw a typed error.
      let result = front.withUnsafeMutableBytes { buffer in
        Result { () throws(FileFault) in
          try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
        }
      }
      let read = try result.get()
      if read == 0 { break }
      count += read
    }
    front.removeLast(front.count - count)
    let whole = PushbackSource(front, then: source)
    if front.starts(with: GzipSource.magic) { return try GzipSource(path: path, whole) }
    if let packer = packers.first(where: { front.starts(with: $0.magic) }) {
      throw FileFault(path: path, "this is a \(packer.name) file", remedy: "unpack it first with \(packer.tool)")
    }
    return whole
  }

  /// Passes over the mark of UTF-8; that of UTF-16 is a fault.
  static func passByteOrderMark(_ window: InputWindow, path: String) throws(FileFault) {
    while window.available < 3, try window.fill() {}
    let front = Bytes(start: window.start, count: min(window.available, 3))
    if front.equals([0xEF, 0xBB, 0xBF]) {
      window.consume(3, lines: 0)
    } else if front.starts(with: [0xFF, 0xFE]) || front.starts(with: [0xFE, 0xFF]) {
      throw FileFault(path: path, "this is UTF-16", remedy: "convert it with iconv -f UTF-16 -t UTF-8")
    }
  }
}
