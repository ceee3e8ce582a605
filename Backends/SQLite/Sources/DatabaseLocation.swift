internal import WarehouseDriver

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Where a target's database is: a file, or memory.
struct DatabaseLocation: Sendable {
  /// As the user wrote it; nil for a database in memory.
  let path: String?

  init(_ target: Target) throws(DriverError) {
    let path = target.rest
    func wrong(_ message: String) -> DriverError {
      DriverError(
        .badTarget, phase: .connect, message,
        remedy: "write sqlite:PATH with a relative or absolute path, or sqlite::memory:")
    }
    if target.variant != nil { throw wrong("SQLite targets have no variant after a plus sign") }
    if path.isEmpty { throw wrong("the SQLite target names no file") }
    if path.utf8.contains(0) { throw wrong("the path of the SQLite target contains a NUL") }
    // sqlite://name would silently mean /name.
    if path.hasPrefix("//") && !path.hasPrefix("///") { throw wrong("the SQLite target begins with two slashes") }
    self.path = path == ":memory:" ? nil : path
  }

  /// How messages call it.
  var name: String { path ?? "the database in memory" }

  /// The name for `sqlite3_open_v2`. A leading `./` keeps a name such as `file:x` or `:x` from being taken for a URI
  /// or a special database.
  var openName: String {
    guard let path else { return ":memory:" }
    return path.hasPrefix("/") ? path : "./" + path
  }

  /// The same as a URI that promises that nobody changes the file.
  var immutableURI: String {
    var uri = "file:"
    for byte in openName.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        uri.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        uri += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return uri + "?immutable=1"
  }

  enum FileKind {
    case absent, file, directory
    /// A named pipe, a socket or a device: opening one may wait for ever.
    case special
  }

  static func kind(of path: String) -> FileKind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .absent }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .directory
    case S_IFREG: return .file
    default: return .special
    }
  }

  /// Whether there is a write-ahead log with something in it.
  var hasLog: Bool {
    var status = stat()
    return stat(openName + "-wal", &status) == 0 && status.st_size > 0
  }

  /// Refuses what SQLite itself would refuse with "unable to open database file", or make without being asked.
  func check(mayCreate: Bool) throws(DriverError) {
    guard let path else { return }
    switch Self.kind(of: path) {
    case .file: return
    case .special:
      throw DriverError(
        .notADatabase, phase: .connect, "\(path) is a pipe or a device, not a file",
        remedy: "name a file, such as sqlite:sessions.db")
    case .directory:
      throw DriverError(
        .connection, phase: .connect, "\(path) is a directory, not a SQLite database",
        remedy: "name a file in it, such as sqlite:\(path)/sessions.db")
    case .absent:
      guard mayCreate else {
        throw DriverError(
          .noSuchObject, phase: .connect, "there is no SQLite database at \(path)",
          remedy: "run `sessionizer create`, or check the path")
      }
      if let slash = path.lastIndex(of: "/"), slash != path.startIndex,
        case let folder = String(path[..<slash]), Self.kind(of: folder) != .directory
      {
        throw DriverError(
          .connection, phase: .connect, "cannot make \(path): there is no folder \(folder)",
          remedy: "make the folder, or check the path")
      }
    }
  }
}
