import Foundation

/// The ADBC drivers that the set-up of the tests has fetched (`scripts/adbc-drivers.sh`).
public enum ADBCLibrary: String, CaseIterable, Sendable {
  case duckdb = "libduckdb"
  case sqlite = "libadbc_driver_sqlite"
  case postgres = "libadbc_driver_postgresql"

  /// The folder of their libraries and manifests.
  public static let folder =
    ProcessInfo.processInfo.environment["SESSIONIZER_ADBC"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: ".build-adbc").path

  /// Its path, or the reason why there is none.
  public var found: Result<String, PrivateServerError> {
    for ending in ["so", "dylib"] {
      let path = "\(Self.folder)/\(rawValue).\(ending)"
      if FileManager.default.fileExists(atPath: path) { return .success(path) }
    }
    return .failure(PrivateServerError("there is no \(rawValue).so in .build-adbc: run scripts/adbc-drivers.sh"))
  }

  /// Why tests cannot use it, or nil where they can; see `absence(of:_:)`.
  public var absence: String? { Self.absences[self] ?? nil }

  private static let absences: [ADBCLibrary: String?] = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0, PrivateServer.absence(of: "ADBC driver \($0)", $0.found)) })
}
