import Foundation
import PrivateServer

/// A driver that fails where it is told to, built from `faulty_driver.c` by the C compiler that Swift brings.
enum FaultyDriver {
  /// Why there is none, or nil where there is.
  static let absence: String? = compiler == nil ? "there is no C compiler beside swift, nor on the PATH" : nil

  private static let compiler = Programs.find("clang") ?? Programs.find("cc")

  /// What it does about ADBC's versions.
  enum Version: Int {
    case none = 0
    case only10 = 1
    case any = 2
    case incomplete = 3
  }

  /// The path of its library.
  static func library(_ version: Version = .any) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "adbc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let library = folder.appending(path: "libadbc_driver_faulty.so").path
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let header = here.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Backends/ADBC/CADBC/include")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: compiler ?? "")
    process.arguments = [
      "-shared", "-fPIC", "-o", library, "-DFAULTY_VERSION=\(version.rawValue)", "-I", header.path,
      here.appending(path: "faulty_driver.c").path,
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
    return library
  }
}
