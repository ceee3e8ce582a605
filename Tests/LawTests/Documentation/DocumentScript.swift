import Foundation
import PrivateServer
import Testing

/// A page as one script, which a shell carries out in a folder of its own, command by command, and what came of it.
struct DocumentScript {
  let page: DocumentedPage
  private let text: String
  private let blocks: [MarkdownBlock]

  init(_ page: DocumentedPage) throws {
    self.page = page
    text = try String(contentsOf: Repository.root.appending(path: page.path), encoding: .utf8)
    blocks = MarkdownBlock.all(of: text)
  }

  /// Blocks that are neither commands nor say why they are not carried out.
  var unexplained: [Int] {
    blocks.filter { $0.use == .shown(reason: "") }.map(\.line)
  }

  /// Carries the page out, and holds what it shows against what was printed.
  ///
  /// - Parameters:
  ///   - names: what stands in the page for what is really there, such as a server's address
  ///   - variables: of the environment
  func carryOut(_ names: [String: String], _ variables: [String: String]) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // What a page writes into stays in its folder.
    for name in ["docs", "queries", "scripts"] {
      try FileManager.default.copyItem(at: Repository.root.appending(path: name), to: folder.appending(path: name))
    }
    for name in [".build-adbc", ".build-python"] {
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: name), withDestinationURL: Repository.root.appending(path: name))
    }
    try script(names).write(to: folder.appending(path: "page.sh"), atomically: true, encoding: .utf8)
    let printed = try await Command.off { try Self.run(in: folder, variables) }
    try judge(printed, names)
  }

  private func script(_ names: [String: String]) throws -> String {
    var script = "exec 2>&1\nset -e\n"
    let stage = Repository.root.appending(path: "Tests/LawTests/Documentation/Stages/\(page.stage).sh")
    script += try String(contentsOf: stage, encoding: .utf8)
    for block in blocks {
      switch block.use {
      case .shown: break
      case .file(let name):
        script += "cat > '\(name)' <<'@@END'\n\(Self.put(names, into: block.text))@@END\n"
      case .answers(let name): script += "answers '\(name)' <<'@@END'\n\(block.text)@@END\n"
      case .commands, .failing:
        for step in block.steps {
          let command = Self.put(names, into: step.command)
          if block.use == .failing || step.output != nil {
            script += "set +e\necho '@@\(step.line)'\n\(command)\necho \"@@= $?\"\nset -e\n"
          } else {
            script += "echo '@@\(step.line)'\n\(command)\necho '@@= 0'\n"
          }
        }
      }
    }
    return script
  }

  private static func put(_ names: [String: String], into text: String) -> String {
    names.sorted { $0.key.count > $1.key.count }.reduce(text) { $0.replacing($1.key, with: $1.value) }
  }

  private static func run(in folder: URL, _ variables: [String: String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["page.sh"]
    process.currentDirectoryURL = folder
    process.environment = Command.environment.merging(variables) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = Process.exclusively { Pipe() }
    process.standardOutput = output
    try process.start()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }

  private func judge(_ printed: String, _ names: [String: String]) throws {
    var found: [Int: (code: String, lines: [String])] = [:]
    var current: Int?
    var before: [String] = []
    for line in printed.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("@@= "), let step = current {
        found[step]?.code = String(line.dropFirst(4))
        current = nil
      } else if line.hasPrefix("@@"), let step = Int(line.dropFirst(2)) {
        current = step
        found[step] = ("", [])
      } else if let step = current {
        found[step]?.lines.append(String(line))
      } else {
        before.append(String(line))
      }
    }
    for block in blocks where block.use == .commands || block.use == .failing {
      for step in block.steps {
        let place = "\(page.path):\(step.line)"
        guard let result = found[step.line] else {
          Issue.record("\(place): not reached. The stage said: \(before.suffix(5).joined(separator: "\n"))")
          return
        }
        let isFailing = block.use == .failing
        if result.code.isEmpty || (result.code == "0") == isFailing {
          let last = result.lines.suffix(8).joined(separator: "\n")
          Issue.record("\(place): ended with \(result.code.isEmpty ? "a failure" : result.code): \(last)")
        }
        guard let output = step.output else { continue }
        let wanted = output.map { Self.plain(Self.put(names, into: $0)) }
        let seen = result.lines.map(Self.plain)
        if !Self.fits(seen[...], wanted[...]) {
          Issue.record(
            "\(place): the page shows\n\(wanted.joined(separator: "\n"))\nprinted was\n\(seen.joined(separator: "\n"))")
        }
      }
    }
  }

  /// Without what differs from run to run, or grows with the project: how long something took, how many statements there
  /// are, blanks at a line's end.
  static func plain(_ line: String) -> String {
    var plain = line.replacing(/in [0-9.]+ (?:ms|s|min)\b/, with: "in T")
      .replacing(/[0-9,]+ statements of [0-9]+ plans/, with: "N statements of N plans")
    while plain.last == " " { plain.removeLast() }
    return plain
  }

  /// Whether the lines are those that are wanted; `…` stands for any number of lines.
  static func fits(_ seen: ArraySlice<String>, _ wanted: ArraySlice<String>) -> Bool {
    guard let first = wanted.first else { return seen.allSatisfy(\.isEmpty) }
    if first == "…" {
      return (seen.startIndex...seen.endIndex).contains { fits(seen[$0...], wanted.dropFirst()) }
    }
    guard let line = seen.first else { return false }
    return line == first && fits(seen.dropFirst(), wanted.dropFirst())
  }
}
