import Foundation
import PrivateServer

/// Engines that run inside Python, where the set-up of the tests has made an environment for them.
enum PythonEngines {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  static let root = folder.deletingLastPathComponent().deletingLastPathComponent()

  /// `SESSIONIZER_PYTHON`, or what `make prepare-test` made.
  private static let python =
    ProcessInfo.processInfo.environment["SESSIONIZER_PYTHON"]
    ?? root.appending(path: ".build-python/bin/python3").path

  /// What is there, with its version; a Python that is there and does not answer is a failure.
  static let found = Result { try ask(["task": "engines"], as: [String: String].self) }
  static let versions: [String: String] = (try? found.get()) ?? [:]
  private static let isThere = FileManager.default.isExecutableFile(atPath: python)

  /// Why tests cannot have some of the engines and parsers, or nil where they can: for `.needs`.
  static func absence(of names: [String]) -> String? {
    guard isThere else { return "there is no Python at \(python), which `make prepare-test` makes" }
    // What is wrong with it, `PythonTests` tells.
    guard case .success(let versions) = found else { return "\(python) does not answer" }
    let missing = names.filter { versions[$0] == nil }
    return missing.isEmpty ? nil : "\(missing.joined(separator: " and ")) not in Python"
  }

  /// The same for Python itself.
  static let pythonAbsence = isThere ? nil : absence(of: [])

  struct Case: Encodable {
    var name: String
    var statements: [String]
    var exports: [String]
  }

  struct Reply: Decodable {
    var name: String
    var exports: [[[String?]]]?
    var error: String?
  }

  static func run(_ cases: [Case], on engine: String) throws -> [Reply] {
    struct Request: Encodable {
      var task = "run"
      var engine: String
      var cases: [Case]
    }
    return try ask(Request(engine: engine, cases: cases), as: [Reply].self)
  }

  struct Translation: Decodable {
    var replies: [Reply]
    /// Corrections of the translation that no statement needed.
    var unused: [String]
  }

  /// The same for a dialect whose statements are translated to DuckDB's.
  static func translate(_ cases: [Case], from dialect: String) throws -> Translation {
    struct Request: Encodable {
      var task = "translate"
      var dialect: String
      var cases: [Case]
    }
    return try ask(Request(dialect: dialect, cases: cases), as: Translation.self)
  }

  static let parsers = ["sqlglot", "sqlfluff"]
  static let parsersAbsence = absence(of: parsers)
  static let translationAbsence = absence(of: parsers + ["duckdb"])

  struct Parsed: Decodable {
    /// How many statements the parser looked at.
    var read: Int
    /// What it has against them.
    var faults: [String]
    /// What is said of the parser's reading that no statement needs.
    var unused: [String]
  }

  static func parse(_ statements: [String], as dialect: String, by parser: String) throws -> Parsed {
    struct Request: Encodable {
      var task = "parse"
      var parser: String
      var dialect: String
      var statements: [String]
    }
    return try ask(Request(parser: parser, dialect: dialect, statements: statements), as: Parsed.self)
  }

  private struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private static func ask<Answer: Decodable>(_ request: some Encodable, as answer: Answer.Type) throws -> Answer {
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [folder.appending(path: "run_scripts.py").path]
    let (input, output, errors) = (
      Process.exclusively { Pipe() }, Process.exclusively { Pipe() }, Process.exclusively { Pipe() }
    )
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    let data = try JSONEncoder().encode(request)
    try process.start()
    // It reads everything before it answers.
    try input.fileHandleForWriting.write(contentsOf: data)
    try input.fileHandleForWriting.close()
    let reply = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: String(decoding: complaint, as: UTF8.self)) }
    return try JSONDecoder().decode(answer, from: reply)
  }
}
