import Foundation
import Testing

/// A file system of a few megabytes, for a tablespace or a database file.
struct SmallDisk: Sendable {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString)").path

  private static func run(_ words: [String]) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// nil where this process may not make file systems.
  init?(ownedBy folder: String, megabytes: Int) throws {
    guard geteuid() == 0 else { return nil }
    let owner = try FileManager.default.attributesOfItem(atPath: folder)
    let user = owner[.ownerAccountID] as? Int ?? 0
    let group = owner[.groupOwnerAccountID] as? Int ?? 0
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let options = "size=\(megabytes)m,uid=\(user),gid=\(group),mode=0700"
    guard try Self.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path]) else {
      try FileManager.default.removeItem(atPath: path)
      return nil
    }
  }

  func grow(megabytes: Int) throws { #expect(try Self.run(["mount", "-o", "remount,size=\(megabytes)m", path])) }

  func remove() {
    // Lazily: a server that is being killed may hold it for a moment.
    _ = try? Self.run(["umount", "-l", path])
    try? FileManager.default.removeItem(atPath: path)
  }

  private var filler: String { path + "/filler" }

  /// Leaves so many bytes, about.
  func fill(leaving room: Int) throws {
    var facts = statvfs()
    try #require(statvfs(path, &facts) == 0)
    let free = Int(facts.f_bavail) * Int(facts.f_frsize)
    try Data(count: max(0, free - room)).write(to: URL(filePath: filler))
  }

  func empty() { try? FileManager.default.removeItem(atPath: filler) }
}
