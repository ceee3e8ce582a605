import Foundation

/// The ODBC drivers of this machine, found by the names of their files, so that no test needs an entry in
/// `odbcinst.ini`.
public enum DriverLibrary: String, CaseIterable, Sendable {
  case mariadb = "libmaodbc"
  case postgres = "psqlodbcw"
  case sqlite = "libsqlite3odbc"

  /// Its path, for `Driver=…` of a connection string, or the reason why there is none.
  public var found: Result<String, PrivateServerError> {
    let folders = Self.roots.flatMap { root in
      [root, root + "/odbc"] + Programs.versions(in: root).map { "\(root)/\($0)/odbc" }
    }
    for folder in folders {
      for ending in ["so", "dylib"] {
        let path = "\(folder)/\(rawValue).\(ending)"
        if FileManager.default.fileExists(atPath: path) { return .success(path) }
      }
    }
    return .failure(PrivateServerError("there is no \(rawValue).so: run scripts/prepare.sh test"))
  }

  private static let roots = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib"]

  /// Why tests cannot use it, or nil where they can; see `absence(of:_:)`.
  public var absence: String? { Self.absences[self] ?? nil }

  private static let absences: [DriverLibrary: String?] = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0, PrivateServer.absence(of: "ODBC driver \($0)", $0.found)) })
}
