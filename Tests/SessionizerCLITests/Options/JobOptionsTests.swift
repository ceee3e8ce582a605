import ArgumentParser
import SessionPlan
import Testing

@testable import SessionizerCLI

@Suite struct JobOptionsTests {
  private func settings(_ arguments: String...) throws -> JobSettings {
    try JobOptions.parse(arguments).settings
  }

  @Test func nothingSaidIsTheDefaults() throws {
    #expect(try settings() == JobSettings())
    #expect(try settings().job() == SessionJob())
  }

  /// Each key of the job file, the same thing as options, and another value of it.
  static let pairs: [(yaml: String, options: [String], other: [String])] = [
    ("gap: 45m", ["--gap", "45m"], ["--gap", "1us"]),
    ("gap_boundary: same", ["--gap-boundary", "same"], ["--gap-boundary", "new"]),
    ("event_id_type: integer", ["--event-id-type", "integer"], ["--event-id-type", "text"]),
    ("source: {table: a.b}", ["--source-table", "a.b"], ["--source-table", "\"a.b\""]),
    ("source: {event_id: none}", ["--event-id-column", "none"], ["--event-id-column", "id"]),
    ("source: {user_id: u}", ["--user-id-column", "u"], ["--user-id-column", "v"]),
    ("source: {page_view_at: t}", ["--time-column", "t"], ["--time-column", "s"]),
    ("source: {page: p}", ["--page-column", "p"], ["--page-column", "none"]),
    ("source: {time_format: epoch_s}", ["--time-format", "epoch_s"], ["--time-format", "epoch_us"]),
    ("source: {time_zone: Asia/Tokyo}", ["--time-zone", "Asia/Tokyo"], ["--time-zone=-05:30"]),
    ("source: {filter: a > 1}", ["--filter", "a > 1"], ["--filter", "none"]),
    ("source: {arrival: {column: n}}", ["--arrival-column", "n"], ["--arrival-column", "none"]),
    (
      "source: {arrival: {column: n, kind: time, overlap: 5s}}",
      ["--arrival-column", "n", "--arrival-kind", "time", "--arrival-overlap", "5s"],
      ["--arrival-column", "n", "--arrival-kind", "id", "--arrival-overlap", "7"]
    ),
    (
      "attributes: {a: b, c: c}", ["--attribute", "a=b", "--attribute", "c"], ["--attribute", "a=d"]
    ),
    ("prefix: w_", ["--prefix", "w_"], ["--prefix", ""]),
    ("schema: s", ["--schema", "s"], ["--schema", "c.s"]),
    ("names: {sessions: x}", ["--name", "sessions=x"], ["--name", "sessions=y"]),
  ]

  @Test(arguments: pairs.indices)
  func fileAndOptionsMeanTheSame(index: Int) throws {
    let pair = Self.pairs[index]
    let file = try JobFile(yaml: pair.yaml, path: "j.yml").settings
    let options = try JobOptions.parse(pair.options).settings
    #expect(file == options)
    #expect(file != JobSettings())
    #expect(try file.job() != SessionJob())
  }

  @Test(arguments: pairs.indices)
  func optionsOverrideTheFile(index: Int) throws {
    let pair = Self.pairs[index]
    let file = try JobFile(yaml: pair.yaml, path: "j.yml").settings
    let other = try JobOptions.parse(pair.other).settings
    #expect(try file.overridden(by: other).job() == other.job())
    #expect(try file.overridden(by: other).job() != file.job())
    #expect(file.overridden(by: JobSettings()) == file)
  }

  /// Together they leave each other alone: every setting of the file holds where another one is overridden.
  @Test(arguments: pairs.indices)
  func otherSettingsStay(index: Int) throws {
    let option = try JobOptions.parse(Self.pairs[index].other).settings
    for (position, pair) in Self.pairs.enumerated() where position != index {
      let isBothArrival = pair.yaml.contains("arrival") && Self.pairs[index].yaml.contains("arrival")
      if isBothArrival { continue }
      let file = try JobFile(yaml: pair.yaml, path: "j.yml").settings
      #expect(file.overridden(by: option) == option.overridden(by: file))
    }
  }

  @Test func anOverlapOfTheFileBelongsToItsKind() throws {
    let file = try JobFile(yaml: "source: {arrival: {column: n, overlap: 5}}", path: "j.yml").settings
    let time = try settings("--arrival-kind", "time", "--arrival-column", "at")
    #expect(try file.overridden(by: time).job().source.arrival == Arrival(column: "at", kind: .time))
    let id = try settings("--arrival-kind", "id")
    #expect(try file.overridden(by: id).job().source.arrival == Arrival(column: "n", kind: .id, overlap: 5))
  }

  @Test func namesAreReplacedOneByOne() throws {
    let file = try JobFile(yaml: "names: {sessions: a, session_runs: b}", path: "j.yml").settings
    let result = file.overridden(by: try settings("--name", "sessions=c"))
    #expect(result.names == [.sessions: "c", .sessionRuns: "b"])
  }

  @Test(arguments: [
    (["--gap", "30"], "'30' is no gap: write a whole number with a unit, such as 500ms, 10s, 30m or 2h"),
    (["--gap", "25h"], "'25h' is no gap: it must be from 1us to 24h"),
    (["--gap-boundary", "nwe"], "'nwe' is not one of new, same; did you mean new?"),
    (["--filter", "a >"], "the filter is wrong at character 4: expected a value, found the end"),
    (["--attribute", "=x"], "a name cannot be empty"),
    (["--name", "sesions=x"], "did you mean sessions?"),
    (["--name", "sessions"], "'sessions' has no =: write object=name"),
    (["--time-zone", "Mars Base"], "'Mars Base' is no time zone: write UTC, an offset such as +02:00"),
  ])
  func mistakes(arguments: [String], message: String) {
    do {
      _ = try JobOptions.parse(arguments)
      Issue.record("\(arguments) was accepted")
    } catch {
      let text = JobOptions.message(for: error)
      #expect(text.contains(message), "\(text)")
      #expect(!text.contains("\n"))
      #expect(JobOptions.exitCode(for: error).rawValue == 64)
    }
  }
}
