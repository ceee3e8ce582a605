import Foundation
import Testing

@testable import SessionizerCLI

/// The same pageviews, written in every format with every option and oddity that is drawn, give the same sessions.
///
/// `SESSIONIZER_FILES=1000` sets how many files there are, `SESSIONIZER_SEED` where they begin.
@Suite struct WrittenFileTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["SESSIONIZER_FILES"].flatMap { Int($0) } ?? 60
  private static let first = environment["SESSIONIZER_SEED"].flatMap { Int($0) } ?? 1

  /// By the rule itself: per user in the order of time, a distance of 30 minutes begins another.
  private static func sessions(_ views: [WrittenFile.View]) -> [[String]] {
    var sessions: [[String]] = []
    for (user, theirs) in Dictionary(grouping: views, by: \.user) {
      var open: [WrittenFile.View] = []
      func close() {
        guard let first = open.first, let last = open.last else { return }
        sessions.append([
          user, "\(first.second)", "\(last.second)", "\(open.count)",
        ])
        open = []
      }
      for view in theirs.sorted(by: { $0.second < $1.second }) {
        if let last = open.last, view.second - last.second >= 1800 { close() }
        open.append(view)
      }
      close()
    }
    return sessions.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static func seconds(_ text: String) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
    // Caddy's times have a fraction here.
    return formatter.date(from: String(text.prefix(19))).map { "\(Int($0.timeIntervalSince1970))" } ?? text
  }

  @Test func theSessionsAreEqual() async throws {
    for seed in Self.first..<Self.first + Self.count {
      var random = SeededRandom(seed: UInt64(seed))
      let file = WrittenFile(WrittenFile.views(&random), &random)
      let folder = try TemporaryFolder()
      let path = folder.path + "/" + file.name
      try Data(file.bytes).write(to: URL(fileURLWithPath: path))
      let loaded = try file.packed(path, &random)
      let attribute = file.options.contains("--attribute") ? ["--attribute", "more"] : []
      var options: [String] = []
      var index = 0
      while index < file.options.count {
        // It belongs to all commands.
        if file.options[index] == "--attribute" {
          index += 2
        } else {
          options.append(file.options[index])
          index += 1
        }
      }
      // The last of a repeated option counts.
      let what: Comment = "seed \(seed): \(loaded.split(separator: "/").last ?? "") \(options) \(file.notes)"
      let target = ["--target", "sqlite:" + folder.path + "/a.db"] + attribute
      #expect(await ToolRun(["create"] + target).code == 0)
      let load = await ToolRun(["load", loaded] + options + target)
      guard load.code == 0 else {
        Issue.record("\(what): \(load.errors)\n\(String(decoding: file.bytes.prefix(600), as: UTF8.self))")
        continue
      }
      #expect(!load.errors.contains("faulty"), "\(what.rawValue): \(load.errors)")
      #expect(await ToolRun(["run"] + target).code == 0)
      let found = await ToolRun(["sessions", "--format", "csv"] + target)
      let rows = SharedCase.pick(["user_id", "started_at", "ended_at", "pageviews"], of: found.output)
        .map { [$0[0], Self.seconds($0[1]), Self.seconds($0[2]), $0[3]] }
        .sorted { $0.lexicographicallyPrecedes($1) }
      #expect(
        rows == Self.sessions(file.views),
        "\(what.rawValue)\n\(String(decoding: file.bytes.prefix(600), as: UTF8.self))")
      let events = await ToolRun(["events", "--format", "csv"] + target)
      let pages = SharedCase.pick(["user_id", "page"], of: events.output)
      let wanted = file.views.map { [$0.user, $0.page] }.sorted { $0.lexicographicallyPrecedes($1) }
      #expect(pages == wanted, what)
    }
  }
}
