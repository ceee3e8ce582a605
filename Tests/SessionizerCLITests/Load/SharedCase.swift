import Foundation
import Testing

@testable import SessionizerCLI

/// A file that people really have, how it is meant, and what must come of it.
struct SharedCase: Sendable, CustomTestStringConvertible {
  enum Outcome: Sendable {
    /// The sessions of the folder's expected file, in these of its columns; nil: in all.
    case sessions(columns: [String]?)
    /// Exit code 2 or 64, and an error with these words.
    case refused(String)
  }

  var folder: String
  /// Loaded one after the other into one database.
  var files: [String]
  var options: [String]
  /// Options of the job, for all commands.
  var job: [String]
  var outcome: Outcome

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/cases").path
  static let areThere = FileManager.default.fileExists(atPath: folder)

  var testDescription: String { ([folder] + files + options + job).joined(separator: " ") }

  func path(_ file: String) -> String { "\(Self.folder)/\(folder)/\(file)" }

  /// Each file by itself gives the expected sessions.
  static func right(
    _ folder: String, _ files: String..., by options: [String] = [], job: [String] = [], columns: [String]? = nil
  ) -> [SharedCase] {
    files.map {
      SharedCase(folder: folder, files: [$0], options: options, job: job, outcome: .sessions(columns: columns))
    }
  }

  /// All files together give the expected sessions.
  static func together(
    _ folder: String, _ files: String..., by options: [String] = [], columns: [String]? = nil
  ) -> [SharedCase] {
    [SharedCase(folder: folder, files: files, options: options, job: [], outcome: .sessions(columns: columns))]
  }

  static func refused(
    _ folder: String, _ files: String..., by options: [String] = [], job: [String] = [], saying words: String
  ) -> [SharedCase] {
    files.map {
      SharedCase(folder: folder, files: [$0], options: options, job: job, outcome: .refused(words))
    }
  }

  /// Loads, runs, and compares.
  func check() async throws {
    let folder = try TemporaryFolder()
    let target = ["--target", "sqlite:" + folder.path + "/a.db"] + job
    let create = await ToolRun(["create"] + target)
    if case .refused(let words) = outcome, create.code != 0 {
      #expect(create.errors.contains(words), "\(create.errors)")
      return
    }
    #expect(create.code == 0, "\(create.errors)")
    for file in files {
      let load = await ToolRun(["load", path(file)] + options + target)
      if case .refused(let words) = outcome {
        #expect(load.code == 2 || load.code == 64, "exit code \(load.code): \(load.errors)")
        #expect(load.errors.contains(words), "\(load.errors)")
        return
      }
      #expect(load.code == 0, "\(load.errors)")
    }
    guard case .sessions(let columns) = outcome else { return }
    #expect(await ToolRun(["run"] + target).code == 0)
    let found = await ToolRun(["sessions", "--format", "csv"] + target)
    let expected = ["expected_sessions.csv", "expected.csv"].map(path)
      .first { FileManager.default.fileExists(atPath: $0) }
    let wanted = try String(contentsOfFile: try #require(expected), encoding: .utf8)
    let kept = columns ?? Self.rows(wanted)[0]
    #expect(Self.pick(kept, of: found.output) == Self.pick(kept, of: wanted))
  }

  /// The values of some columns, sorted.
  static func pick(_ columns: [String], of csv: String) -> [[String]] {
    let rows = rows(csv)
    let places = columns.map { rows[0].firstIndex(of: $0) }
    return rows.dropFirst().map { row in places.map { $0.map { row[$0] } ?? "no such column" } }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Reads CSV in a way of its own.
  private static func rows(_ csv: String) -> [[String]] {
    var rows: [[String]] = [[""]]
    var isQuoted = false
    var previous: Unicode.Scalar?
    for scalar in csv.unicodeScalars {
      defer { previous = scalar }
      switch scalar {
      case "\"":
        // A doubled quote is one of the text.
        if !isQuoted, previous == "\"", !rows[rows.count - 1][rows[rows.count - 1].count - 1].isEmpty {
          rows[rows.count - 1][rows[rows.count - 1].count - 1].append("\"")
        }
        isQuoted.toggle()
      case "," where !isQuoted: rows[rows.count - 1].append("")
      case "\n" where !isQuoted: rows.append([""])
      case "\r" where !isQuoted: break
      default: rows[rows.count - 1][rows[rows.count - 1].count - 1].unicodeScalars.append(scalar)
      }
    }
    return rows.filter { $0 != [""] }
  }
}
