public import Foundation

/// The folder beside the package where published cases and real traffic may lie, which not every machine has.
public enum SharedFolder {
  public static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared")

  public static let fixtures = url.appendingPathComponent("fixtures").path
  public static let realPageviews = url.appendingPathComponent("data/wikipedia_readers_pageviews.csv").path

  /// Why tests cannot have the published cases, or nil where they can: for `.needs`.
  public static let fixturesAbsence = absence(of: "the published cases", fixtures)
  /// The same for the real pageviews.
  public static let pageviewsAbsence = absence(of: "the real pageviews", realPageviews)

  /// The same for the files that people really have.
  public static let casesAbsence = absence(of: "the files of others", url.appendingPathComponent("cases").path)

  private static func absence(of name: String, _ path: String) -> String? {
    FileManager.default.fileExists(atPath: path) ? nil : "fixtures absent: \(name) are not at \(path)"
  }
}
