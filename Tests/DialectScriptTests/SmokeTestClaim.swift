import Foundation
import SQLRendering
import Testing

/// What a built-in dialect's file says of its smoke test. `SESSIONIZER_UPDATE_GOLDEN=1` writes it anew.
struct SmokeTestClaim {
  let dialect: Dialect

  init(_ dialect: Dialect) {
    self.dialect = dialect
  }

  func check(_ claim: String) throws {
    guard dialect.smokeTest != claim else { return }
    guard ProcessInfo.processInfo.environment["SESSIONIZER_UPDATE_GOLDEN"] == "1" else {
      Issue.record(
        """
        \(dialect.name) claims: \(dialect.smokeTest ?? "no smoke test")
        it was: \(claim)
        SESSIONIZER_UPDATE_GOLDEN=1 writes it into the dialect's file
        """)
      return
    }
    let path = ["Backends/ODBC/Dialects", "Sources/DialectFiles/Dialects"]
      .map { PythonEngines.root.appending(path: "\($0)/\(dialect.name).yaml") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
    let file = try #require(path)
    var lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    lines.removeAll { $0.hasPrefix("smoke_test:") }
    let header = try #require(lines.lastIndex { $0.hasPrefix("documentation:") || $0.hasPrefix("evidence:") })
    lines.insert("smoke_test: " + claim, at: header + 1)
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
  }
}
