internal import TOMLKit

/// A file that says where a driver is, as ADBC's driver manager reads it
/// (https://arrow.apache.org/adbc/current/format/driver_manifests.html).
struct DriverManifest {
  var library: String
  var entryPoint: String?

  /// - Throws: what is wrong with the text, for people
  init(_ text: String) throws(Wrong) {
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw Wrong("\(error.source.begin.debugDescription): \(error.description)")
    } catch {
      throw Wrong("it is no TOML")
    }
    if let version = table["manifest_version"], version.int != 1 {
      throw Wrong("its manifest_version is \(version.debugDescription), and 1 is what can be read here")
    }
    guard let driver = table["Driver"]?.table else { throw Wrong("it has no table [Driver]") }
    if let given = driver["entrypoint"] {
      guard let name = given.string, !name.isEmpty else { throw Wrong("Driver.entrypoint is no text") }
      entryPoint = name
    }
    switch driver["shared"] {
    case let shared? where shared.string != nil: library = shared.string ?? ""
    case let shared? where shared.table != nil:
      guard let path = shared.table?[Self.platform]?.string else {
        let others = shared.table?.keys.sorted().joined(separator: ", ") ?? ""
        throw Wrong("Driver.shared has no \(Self.platform)\(others.isEmpty ? "" : ", but \(others)")")
      }
      library = path
    default: throw Wrong("it has no Driver.shared, which says where the library is")
    }
    guard !library.isEmpty else { throw Wrong("Driver.shared is empty") }
  }

  struct Wrong: Error {
    var words: String
    init(_ words: String) { self.words = words }
  }

  /// This machine, in ADBC's words.
  static let platform: String = {
    #if os(macOS)
      let system = "macos"
    #elseif os(Windows)
      let system = "windows"
    #else
      let system = "linux"
    #endif
    #if arch(arm64)
      return system + "_arm64"
    #else
      return system + "_amd64"
    #endif
  }()
}
