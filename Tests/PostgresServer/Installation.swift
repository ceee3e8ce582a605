import Foundation

/// The PostgreSQL server of this machine, and the user that it can run as.
struct Installation: Sendable {
  /// The folder with `postgres`, `initdb` and `psql`.
  let binaries: String
  /// The command that a program is started by, where this process is root: a server refuses to run as root.
  let prefix: [String]
  /// The user that owns the data, where it is another than this process's.
  let owner: (user: uid_t, group: gid_t)?

  /// Found once, or the reason why there is none.
  static let found: Result<Installation, PostgresServerError> = Result { () throws(PostgresServerError) in
    guard let binaries = findBinaries() else {
      throw PostgresServerError("there is no initdb: run scripts/prepare.sh test, or put PostgreSQL's bin on the PATH")
    }
    guard geteuid() == 0 else { return Installation(binaries: binaries, prefix: [], owner: nil) }
    for name in ["postgres", "nobody"] {
      guard let entry = getpwnam(name)?.pointee else { continue }
      let owner = (user: entry.pw_uid, group: entry.pw_gid)
      if let setpriv = find("setpriv") {
        let prefix = [setpriv, "--reuid=\(owner.user)", "--regid=\(owner.group)", "--clear-groups", "--"]
        return Installation(binaries: binaries, prefix: prefix, owner: owner)
      }
      if let su = find("su") {
        let prefix = [su, "-s", "/bin/sh", name, "-c", #"exec "$0" "$@""#, "--"]
        return Installation(binaries: binaries, prefix: prefix, owner: owner)
      }
    }
    throw PostgresServerError("this is root, and there is no user postgres or nobody with setpriv or su to run as")
  }

  func path(_ program: String) -> String { binaries + "/" + program }

  private static func isComplete(_ folder: String) -> Bool {
    ["postgres", "initdb", "psql"].allSatisfy { FileManager.default.isExecutableFile(atPath: folder + "/" + $0) }
  }

  private static func findBinaries() -> String? {
    if let initdb = find("initdb") {
      let folder = URL(fileURLWithPath: initdb).resolvingSymlinksInPath().deletingLastPathComponent().path
      if isComplete(folder) { return folder }
    }
    if let config = find("pg_config"), let output = try? Command.run([config, "--bindir"]) {
      let folder = output.trimmingCharacters(in: .whitespacesAndNewlines)
      if isComplete(folder) { return folder }
    }
    for root in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql", "/usr/local/pgsql"] {
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [])
        .filter { root.hasPrefix("/usr/lib") || $0.hasPrefix("postgresql") || $0 == "bin" }
        .sorted { $0.compare($1, options: .numeric) == .orderedDescending }
      for name in names {
        let folder = root + "/" + name + (name == "bin" ? "" : "/bin")
        if isComplete(folder) { return folder }
      }
    }
    return nil
  }

  /// A program on the PATH.
  private static func find(_ program: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
  }
}

/// Why a server cannot be had, or what it said.
public struct PostgresServerError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
