import Foundation
import PrivateServer

/// The PostgreSQL server of this machine, and the user that it can run as.
struct Installation: Sendable {
  /// The folder with `postgres`, `initdb` and `psql`.
  let binaries: String
  /// Who it runs as.
  let account: Account

  /// Found once, or the reason why there is none.
  static let found: Result<Installation, PrivateServerError> = Result { () throws(PrivateServerError) in
    guard let binaries = findBinaries() else {
      throw PrivateServerError("there is no initdb: run scripts/prepare.sh test, or put PostgreSQL's bin on the PATH")
    }
    return Installation(binaries: binaries, account: try .plain(["postgres"]))
  }

  func path(_ program: String) -> String { binaries + "/" + program }

  private static func isComplete(_ folder: String) -> Bool {
    ["postgres", "initdb", "psql"].allSatisfy { FileManager.default.isExecutableFile(atPath: folder + "/" + $0) }
  }

  private static func findBinaries() -> String? {
    if let initdb = Programs.find("initdb") {
      let folder = URL(fileURLWithPath: initdb).resolvingSymlinksInPath().deletingLastPathComponent().path
      if isComplete(folder) { return folder }
    }
    if let config = Programs.find("pg_config"), let output = try? Command.run([config, "--bindir"]) {
      let folder = output.trimmingCharacters(in: .whitespacesAndNewlines)
      if isComplete(folder) { return folder }
    }
    for root in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql", "/usr/local/pgsql"] {
      let names = Programs.versions(in: root)
        .filter { root.hasPrefix("/usr/lib") || $0.hasPrefix("postgresql") || $0 == "bin" }
      for name in names {
        let folder = root + "/" + name + (name == "bin" ? "" : "/bin")
        if isComplete(folder) { return folder }
      }
    }
    return nil
  }
}
