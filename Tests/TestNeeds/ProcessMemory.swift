internal import Foundation

/// What this process has and had in memory, in bytes, as Linux tells; nil where the system does not say so.
public enum ProcessMemory {
  public static var resident: Int? { bytes("VmRSS:") }

  /// The most since it began, or since `forgetPeak`.
  public static var peak: Int? { bytes("VmHWM:") }

  public static func forgetPeak() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5".utf8))
    try? file.close()
  }

  /// Lines such as `VmHWM:    1234 kB`.
  private static func bytes(_ name: String) -> Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }.map { $0 * 1024 }
  }
}
