#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A kind of file that DuckDB reads and this program does not.
struct DuckDBFile: Hashable, Sendable {
  var magic: [UInt8]
  /// Such as `a Parquet`, before `file`.
  var name: String
  /// The function of DuckDB's SQL that reads it.
  var reader: String
  /// What has to be loaded for that; nil where DuckDB has it built in.
  var library: String?
  /// Where that comes from, behind INSTALL.
  var origin = ""
  /// How Python reads it, where a module of pyarrow does: an expression with the module as `r`, before the path.
  var python: Python?

  struct Python: Hashable, Sendable {
    var module: String
    var read: String
    var end = ")"
  }

  static let kinds = [
    DuckDBFile(magic: Array("PAR1".utf8), name: "a Parquet", reader: "read_parquet"),
    DuckDBFile(
      magic: Array("ARROW1".utf8), name: "an Arrow", reader: "read_arrow", library: "nanoarrow",
      origin: " FROM community", python: Python(module: "pyarrow.feather", read: "r.read_table(")),
    // A stream has no name at its front, but the mark of its first message.
    DuckDBFile(
      magic: [0xFF, 0xFF, 0xFF, 0xFF], name: "an Arrow stream", reader: "read_arrow", library: "nanoarrow",
      origin: " FROM community",
      python: Python(module: "pyarrow.ipc", read: "r.open_stream(open(", end: ", 'rb')).read_all()")),
    DuckDBFile(
      magic: Array("ORC".utf8), name: "an ORC", reader: "read_orc", library: "orc", origin: " FROM community",
      python: Python(module: "pyarrow.orc", read: "r.read_table(")),
    DuckDBFile(magic: Array("Obj".utf8) + [1], name: "an Avro", reader: "read_avro", library: "avro"),
  ]

  /// The kind that begins like this; nil for any other.
  static func kind(_ front: some Collection<UInt8>) -> DuckDBFile? {
    kinds.first { front.starts(with: $0.magic) }
  }

  /// The kind of a file on the disk; nil for any other, and for what cannot be looked at without reading it.
  static func kind(ofFile path: String) throws(FileFault) -> DuckDBFile? {
    var status = stat()
    guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let source = try FileSource(path: path)
    var front = [UInt8](repeating: 0, count: 8)
    let read = front.withUnsafeMutableBytes { buffer in
      Result { () throws(FileFault) in try source.read(into: buffer) }
    }
    return kind(front.prefix(try read.get()))
  }

  /// The query that reads a file of this kind.
  func query(_ path: String) -> String {
    let quoted = Self.literal(path).replacing("'", with: "''")
    // A folder such as day=2026-03-01 is a way to name files, and no column of theirs.
    let options = reader == "read_parquet" ? ", hive_partitioning = false" : ""
    return "FROM \(reader)('\(quoted)'\(options))"
  }

  /// A pattern that only this path fits.
  private static func literal(_ path: String) -> String {
    path.map { "*?[".contains($0) ? "[\($0)]" : String($0) }.joined()
  }

  /// How DuckDB's shell hands such a file over, or Python.
  func handOver(_ path: String) -> String {
    let quoted = path.replacing("'", with: "''")
    let front = library.map { "INSTALL \($0)\(origin); LOAD \($0); " } ?? ""
    let sql = "\(front)COPY (FROM \(reader)('\(quoted)')) TO '/dev/stdout' (FORMAT csv, HEADER)"
    let shell = "have DuckDB hand it over: duckdb -c \(Self.word(sql)) | sessionizer load - …"
    return pythonHandOver(path).map { "\(shell) or \($0)" } ?? shell
  }

  /// How Python hands it over, which needs nothing of DuckDB's.
  func pythonHandOver(_ path: String) -> String? {
    guard let python else { return nil }
    let quoted = path.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
    let program =
      "import pyarrow.csv as w, \(python.module) as r; "
      + "w.write_csv(\(python.read)'\(quoted)'\(python.end), '/dev/stdout')"
    return "have Python hand it over: python3 -c \(Self.word(program)) | sessionizer load - …"
  }

  /// In double quotes, as a shell takes it for one word.
  private static func word(_ text: String) -> String {
    var word = ""
    for character in text.unicodeScalars {
      if "\"\\$`".unicodeScalars.contains(character) { word += "\\" }
      word.unicodeScalars.append(character)
    }
    return "\"\(word)\""
  }

  /// A fault of a file that load cannot have DuckDB read, since it is no file on the disk, or packed, or nobody asks it.
  func notRead(_ path: String) -> FileFault {
    FileFault(
      path: path, "this is \(name) file, which load has DuckDB read, and only as a file on the disk",
      remedy: path == "-" ? "name the file, or \(handOver("FILE"))" : "unpack it, or \(handOver(path))")
  }
}
