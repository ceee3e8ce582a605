import Foundation

/// Where programs are.
public enum Programs {
  /// A program on the PATH, or in one of the further folders: Debian's servers are in `/usr/sbin`, which is not on
  /// everybody's.
  public static func find(_ program: String, in further: [String] = []) -> String? {
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map(String.init)
    return (path + further).map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
  }

  /// The names in `folder` that begin with `prefix`, the newest version first.
  public static func versions(in folder: String, prefix: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasPrefix(prefix) }
      .sorted { $0.compare($1, options: .numeric) == .orderedDescending }
  }
}
