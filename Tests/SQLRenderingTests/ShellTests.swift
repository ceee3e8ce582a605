import Foundation
import PrivateServer
import SQLRendering
import TestNeeds
import Testing

private let shell = "/usr/bin/sqlite3"

/// The files of `queries/sqlite` in the plain `sqlite3` shell, without the tool.
@Suite(.needs(FileManager.default.isExecutableFile(atPath: shell) ? nil : "there is no \(shell)"))
struct ShellTests {

  private func run(_ database: String, _ sql: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: shell)
    process.arguments = ["-bail", "-batch", database]
    let (input, output) = (Process.exclusively { Pipe() }, Process.exclusively { Pipe() })
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.start()
    try input.fileHandleForWriting.write(contentsOf: Data(sql.utf8))
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func script(_ script: QueryScripts.Script, _ values: [String: String] = [:]) throws -> String {
    let file = GoldenTests.root.appending(path: "queries/sqlite/" + script.fileName)
    return values.reduce(try String(contentsOf: file, encoding: .utf8)) {
      $0.replacing("{{ \($1.key) }}", with: $1.value)
    }
  }

  @Test func fiveRowsGiveThreeSessions() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sessionizer-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let database = folder.appending(path: "a.db").path
    let day = ["start_time": "2020-02-02", "end_time": "2020-02-03"]

    _ = try run(database, try script(.create))
    _ = try run(database, try script(.create))
    _ = try run(
      database,
      """
      INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES
        ('1', '123', '2020-02-02 12:55:16', '/contact'), ('2', '123', '2020-02-02 12:55:18', '/home'),
        ('3', '456', '2020-02-02 12:55:18', '/product/1'), ('4', '456', '2020-02-02 12:55:18', '/product/2'),
        ('5', '789', '2020-02-02 12:55:18', '/product/4'), ('6', '789', '2020-02-03 00:00:00', '/next-day');
      """)
    _ = try run(database, try script(.insert, day))
    let sessions = "SELECT user_id, session_id, pageviews, exit_page FROM sessions ORDER BY user_id;"
    let three = "123|1|2|/home\n456|3|2|/product/2\n789|5|1|/product/4"
    #expect(try run(database, sessions) == three)
    _ = try run(database, try script(.insert, day))
    #expect(try run(database, sessions) == three)
    #expect(try run(database, "SELECT count(*) FROM session_table; SELECT count(*) FROM session_runs;") == "5\n4")

    // A late pageview 25 minutes before the others: the session begins with it now, and nothing was rewritten.
    _ = try run(
      database,
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES ('0', '123', '2020-02-02T12:30:00Z', '/late');"
    )
    _ = try run(database, try script(.insert, day))
    #expect(try run(database, sessions) == three.replacing("123|1|2", with: "123|0|3"))
    #expect(try run(database, "SELECT count(*) FROM session_lineage;") == "0")
    let versions = "SELECT run_id, session_id, pageviews FROM session_versions WHERE user_id = '123' ORDER BY run_id;"
    #expect(try run(database, versions) == "1|1|2\n3|0|3")
    let agg = try run(database, try script(.agg))
    #expect(agg.hasPrefix("3|3|6|1|2000000|333333|"), "\(agg)")
  }
}
