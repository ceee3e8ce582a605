internal import Crypto
internal import Foundation

/// The job files that the user has consented to, by path and content, and the variables that any of them may have.
struct TrustStore {
  /// `~/.config/sessionizer`, or nil where there is no home.
  private let folder: String?

  init(environment: [String: String]) {
    func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    // A path that is not absolute is to be ignored (XDG Base Directory Specification).
    let configuration =
      set("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? set("HOME").map { $0 + "/.config" }
    folder = configuration.map { $0 + "/sessionizer" }
  }

  /// Names, one a line, in `variables`.
  var allowedVariables: Set<String> { Set(lines(of: "variables")) }

  /// Whether the file was trusted as it is now.
  func isTrusted(_ path: String, _ text: String) -> Bool { lines(of: "trusted").contains(Self.entry(path, text)) }

  /// Notes the file as it is now, in place of what it was.
  func trust(_ path: String, _ text: String) throws {
    try rewrite(path) { $0 + [Self.entry(path, text)] }
  }

  func forget(_ path: String) throws { try rewrite(path) { $0 } }

  private func rewrite(_ path: String, _ body: ([String]) -> [String]) throws {
    guard let folder else {
      throw OutputError.failed("neither HOME nor XDG_CONFIG_HOME is set, so nothing can be kept")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw OutputError.failed("cannot make the folder \(folder): \(error.localizedDescription)")
    }
    let others = lines(of: "trusted").filter { !$0.hasSuffix("  " + Self.absolute(path)) }
    try OutputFile.write(body(others).map { $0 + "\n" }.joined(), to: folder + "/trusted")
  }

  private func lines(of name: String) -> [String] {
    guard let folder, let text = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8) else { return [] }
    return text.split(whereSeparator: \.isNewline).map(String.init)
      .filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
  }

  private static func entry(_ path: String, _ text: String) -> String {
    let digest = SHA256.hash(data: Data(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return digest + "  " + absolute(path)
  }

  /// With links resolved: the file that is meant, under its one name.
  private static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }
}
