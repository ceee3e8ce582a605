/// What the first bytes of a file say about it.
enum FileSignature {
  /// The members with which workbooks begin: Excel's, and OpenDocument's.
  private static let workbookMembers = ["[Content_Types].xml", "_rels/", "docProps/", "xl/"]

  private static func refuseWorkbook(_ front: [UInt8], path: String) throws(FileFault) {
    if front.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
      throw FileFault(path: path, "this is a workbook of an old Excel", remedy: "save it as CSV in UTF-8")
    }
    guard front.starts(with: ZipSource.magic), front.count > 30 else { return }
    let name = front[30...]
    if workbookMembers.contains(where: { name.starts(with: $0.utf8) }) {
      throw FileFault(
        path: path, "this is an Excel file, which load does not read by itself",
        remedy: DuckDBFile(magic: [], name: "an Excel", reader: "read_xlsx").handOver(path))
    }
    if name.starts(with: "mimetypeapplication/vnd.oasis".utf8) {
      throw FileFault(path: path, "this is an OpenDocument file", remedy: "save it as CSV in UTF-8")
    }
  }

  /// The content of a file, unpacked and in UTF-8. Formats that are not read are a fault that names them.
  ///
  /// - Returns: the text, and whether it was packed
  static func text(
    of source: any ByteSource, path: String, encoding: TextEncoding?
  ) throws(FileFault) -> (text: any ByteSource, isPacked: Bool) {
    var (front, whole) = try look(source)
    try refuseWorkbook(front, path: path)
    var isPacked = false
    if let unpacked = try unpacked(whole, front, path: path) {
      isPacked = true
      (front, whole) = try look(unpacked)
      if try Self.unpacked(whole, front, path: path) != nil {
        throw FileFault(path: path, "this is packed twice", remedy: "unpack it once")
      }
    }
    if front.count >= 262, front[257..<262].elementsEqual("ustar".utf8) {
      throw FileFault(
        path: path, "this is a tar archive", remedy: "load the files in it: tar -xOf \(path) | sessionizer load -")
    }
    if front.starts(with: Array("SQLite format 3\0".utf8)) {
      throw FileFault(
        path: path, "this is an SQLite file",
        remedy: "use it as --target sqlite:\(path) with --source-table, or export the table as CSV")
    }
    if let kind = DuckDBFile.kind(front) { throw kind.notRead(path) }
    if let other = others.first(where: { front.starts(with: $0.magic) }) {
      throw FileFault(path: path, "this is \(other.name), which load does not read", remedy: other.remedy)
    }
    return (try inUTF8(whole, front, path: path, encoding: encoding), isPacked)
  }

  /// What people have beside the files that are read.
  private static let others: [(magic: [UInt8], name: String, remedy: String)] = [
    ([0x04, 0x22, 0x4D, 0x18], "an lz4 file", "unpack it: lz4 -dc FILE | sessionizer load - …"),
    ([0x1F, 0x9D], "a file of compress", "unpack it: zcat FILE | sessionizer load - …"),
    ([0x1F, 0xA0], "a file of compress", "unpack it: zcat FILE | sessionizer load - …"),
    (Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "unpack it: 7z x -so FILE | sessionizer load - …"),
    (Array("Rar!".utf8) + [0x1A, 0x07], "a RAR archive", "unpack it, and load the files in it"),
    ([0x5D, 0, 0], "an lzma file", "unpack it: xz --format=lzma -dc FILE | sessionizer load - …"),
    (Array("PK\u{5}\u{6}".utf8), "a zip file without members", "zip the file again"),
    (Array("%PDF-".utf8), "a PDF file", "export the table as CSV"),
    (Array("<!DOCTYPE".utf8), "an HTML page", "fetch the file itself: this may be the page of a login"),
    (Array("<?xml".utf8), "an XML file", "export the table as CSV or JSON lines"),
  ]

  private static func look(_ source: any ByteSource) throws(FileFault) -> ([UInt8], PushbackSource) {
    var front = [UInt8](repeating: 0, count: 512)
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
    return (front, PushbackSource(front, then: source))
  }

  private static func unpacked(
    _ source: any ByteSource, _ front: [UInt8], path: String
  ) throws(FileFault) -> (any ByteSource)? {
    if front.starts(with: GzipSource.magic) { return try GzipSource(path: path, source) }
    if front.starts(with: ZipSource.magic) { return try ZipSource(path: path, source) }
    let codec: (any PackedSource.Codec)?
    if front.starts(with: ZstdCodec.magic) {
      codec = ZstdCodec()
    } else if front.starts(with: XzCodec.magic) {
      codec = XzCodec()
    } else if front.starts(with: Bzip2Codec.magic), front.count > 9, front[4..<10].elementsEqual(Self.bzip2Block) {
      codec = Bzip2Codec()
    } else {
      return nil
    }
    guard let codec else {
      throw FileFault(path: path, "it could not be unpacked", remedy: "free some memory and try again")
    }
    return PackedSource(path: path, source, codec)
  }

  /// Behind `BZh9`: the first block begins with the digits of pi. A CSV file may begin with BZh.
  private static let bzip2Block: [UInt8] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]

  private static func inUTF8(
    _ source: any ByteSource, _ front: [UInt8], path: String, encoding: TextEncoding?
  ) throws(FileFault) -> any ByteSource {
    let mark: TextEncoding? =
      front.starts(with: [0xFF, 0xFE]) ? .utf16LittleEndian : front.starts(with: [0xFE, 0xFF]) ? .utf16BigEndian : nil
    switch encoding {
    case nil:
      if mark != nil { return try TranscodingSource(path: path, source, .utf16) }
      if front.count >= 4, (front[0] == 0) != (front[1] == 0), front[2] == 0 || front[3] == 0 {
        let order = front[0] == 0 ? TextEncoding.utf16BigEndian : .utf16LittleEndian
        throw FileFault(
          path: path, "this looks like UTF-16 without a byte order mark", remedy: "say --encoding \(order.rawValue)")
      }
      return source
    case .utf8: return source
    case .utf16:
      guard mark != nil else {
        throw FileFault(
          path: path, "this has no byte order mark of UTF-16", remedy: "say --encoding utf-16le, or utf-16be")
      }
      return try TranscodingSource(path: path, source, .utf16)
    case .some(let encoding): return try TranscodingSource(path: path, source, encoding)
    }
  }

  /// Passes over the byte order mark of UTF-8.
  static func passByteOrderMark(_ window: InputWindow) throws(FileFault) {
    if try window.front(3).starts(with: [0xEF, 0xBB, 0xBF]) { window.consume(3, lines: 0) }
  }
}
