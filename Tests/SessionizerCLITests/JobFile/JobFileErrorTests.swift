import Testing
import YAMLReading

@testable import SessionizerCLI

/// Every mistake in a job file is one line that names the file, the line, the column, the key, and what to do.
@Suite struct JobFileErrorTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var yaml: String
    var line: String
    var testDescription: String { line }
    init(_ yaml: String, _ line: String) {
      self.yaml = yaml
      self.line = line
    }
  }

  @Test(arguments: [
    // Keys.
    Mistake("gpa: 30m", "j.yml:1:1: gpa: unknown key; did you mean gap?"),
    Mistake("gap: 30m\ngap-boundary: new", "j.yml:2:1: gap-boundary: unknown key; did you mean gap_boundary?"),
    Mistake("source:\n  usre_id: u", "j.yml:2:3: source.usre_id: unknown key; did you mean user_id?"),
    Mistake("user_id: u", "j.yml:1:1: user_id: unknown key; user_id belongs under source:"),
    Mistake("source:\n  gap: 1h", "j.yml:2:3: source.gap: unknown key; gap belongs to the top level"),
    Mistake("source: {overlap: 1}", "j.yml:1:10: source.overlap: unknown key; overlap belongs under source.arrival:"),
    Mistake(
      "source: {arrival: {colum: x}}",
      "j.yml:1:20: source.arrival.colum: unknown key; did you mean column?"),
    Mistake(
      "source: {arrival: {zzz: x}}", "j.yml:1:20: source.arrival.zzz: unknown key; known here: column, kind, overlap"),
    Mistake("names: {session_tabel: x}", "j.yml:1:9: names.session_tabel: unknown key; did you mean session_table?"),
    Mistake(
      "gap: 1m\nprefix: x\ngap: 2m", "j.yml:1:1: gap: the key is there twice (here for the first time); keep one"),
    Mistake("? [a]\n: 1", "j.yml:1:3: a key is a single word"),
    // Types.
    Mistake("- gap", "j.yml:1:1: expected a mapping such as gap: 30m, found a list"),
    Mistake("hello", "j.yml:1:1: expected a mapping such as gap: 30m, found a single value"),
    Mistake("gap:", "j.yml:1:5: gap: expected a single value such as 30m, found nothing"),
    Mistake("gap: [1]", "j.yml:1:6: gap: expected a single value such as 30m, found a list"),
    Mistake("gap: {a: b}", "j.yml:1:6: gap: expected a single value such as 30m, found a mapping"),
    Mistake("source: web.hits", "j.yml:1:9: source: expected a mapping such as table: web.hits, found a single value"),
    Mistake(
      "source: {user_id: ~}", "j.yml:1:19: source.user_id: expected a single value such as user_id, found nothing"),
    Mistake(
      "attributes: referrer",
      "j.yml:1:13: attributes: expected a mapping such as referrer: ref_url, found a single value"),
    // Values.
    Mistake(
      "# the gap\ngap:   30",
      "j.yml:2:8: gap: '30' is no gap: write a whole number with a unit, such as 500ms, 10s, 30m or 2h"),
    Mistake("gap: 25h", "j.yml:1:6: gap: '25h' is no gap: it must be from 1us to 24h"),
    Mistake("gap: 0s", "j.yml:1:6: gap: '0s' is no gap: it must be from 1us to 24h"),
    Mistake("gap_boundary: sam", "j.yml:1:15: gap_boundary: 'sam' is not one of new, same; did you mean same?"),
    Mistake("event_id_type: uuid", "j.yml:1:16: event_id_type: 'uuid' is not one of text, integer"),
    Mistake(
      "source:\n  table: a..b",
      "j.yml:2:10: source.table: 'a..b' is no table name: write name, schema.name or \"odd schema\".\"odd name\", "
        + "at most three parts"),
    Mistake(
      "source: {table: [a, b, c, d]}", "j.yml:1:17: source.table: a table name has one to three parts, outermost first"),
    Mistake("source: {table: [a, '']}", "j.yml:1:21: source.table: a name cannot be empty"),
    Mistake("source: {user_id: ''}", "j.yml:1:19: source.user_id: a name cannot be empty"),
    Mistake("source: {page: \"a\\tb\"}", "j.yml:1:16: source.page: a name cannot have control characters"),
    Mistake(
      "source: {time_format: epoch}",
      "j.yml:1:23: source.time_format: 'epoch' is not one of timestamp, epoch_s, epoch_ms, epoch_us"),
    Mistake(
      "source: {time_zone: +2}",
      "j.yml:1:21: source.time_zone: '+2' is no time zone: write UTC, an offset such as +02:00, or a name such as "
        + "Europe/Madrid"),
    Mistake(
      "source:\n  filter: page = /health",
      "j.yml:2:11: source.filter: the filter is wrong at character 8: / has no meaning here"),
    Mistake(
      "source: {arrival: {column: id, overlap: 10k}}",
      "j.yml:1:41: source.arrival.overlap: '10k' is no overlap: write a count for ids, such as 10000, or a duration "
        + "for times, such as 1h"),
    Mistake(
      "source: {arrival: {column: id, kind: clock}}", "j.yml:1:38: source.arrival.kind: 'clock' is not one of id, time"),
    Mistake("targets: {'a b': 'sqlite:x'}", "j.yml:1:11: targets.a b: a target's name has no colon and no blanks"),
    // Settings that do not go together.
    Mistake(
      "source: {arrival: {column: id, overlap: 1h}}",
      "j.yml:1:41: source.arrival.overlap: for an arrival column of kind id the overlap is a count such as 10000"),
    Mistake(
      "source: {arrival: {column: at, kind: time, overlap: 5}}",
      "j.yml:1:53: source.arrival.overlap: for an arrival column of kind time the overlap is a duration such as 1h"),
    Mistake(
      "source:\n  arrival: {kind: time}",
      "j.yml:2:3: source.arrival: there is no arrival column; name it in source.arrival.column (--arrival-column)"),
    Mistake(
      "attributes: [referrer, Page]",
      "j.yml:1:24: attributes.Page: Page is a name of the tool's own; give the attribute another (name: column)"),
    Mistake("attributes: [a, b, a]", "j.yml:1:20: attributes.a: two attributes have this name; keep one"),
    Mistake(
      "prefix: x_\nnames:\n  sessions: x_session_table",
      "j.yml:3:13: names.sessions: session_table and sessions would both be called x_session_table; rename one"),
    Mistake(
      "source: {table: SESSIONS}",
      "j.yml:1:10: source.table: SESSIONS is the name of our own sessions; set a prefix, or name the pageviews' table"),
    // YAML itself.
    Mistake("gap: [1", "j.yml:2:1: not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'"),
    Mistake(
      "gap: 1m\n---\ngap: 2m",
      "j.yml:2:1: not valid YAML: expected a single document in the stream, but found another document"),
    Mistake("gap: *x", "j.yml:1:6: not valid YAML: found undefined alias"),
    Mistake("gap: 1m\nprefix: a\u{1}b", "j.yml:2: not valid YAML: control characters are not allowed"),
  ])
  func mistake(_ mistake: Mistake) {
    let error = #expect(throws: JobFileError.self) { try JobFile(yaml: mistake.yaml, path: "j.yml") }
    #expect(error?.description == mistake.line)
  }

  @Test func fileThatIsNotThere() {
    let error = #expect(throws: JobFileError.self) { try JobFile.load(path: "/nowhere/j.yml") }
    #expect(error?.description == "/nowhere/j.yml: cannot read the job file: No such file or directory")
  }

  @Test func directoryInPlaceOfAFile() {
    let error = #expect(throws: JobFileError.self) { try JobFile.load(path: "/") }
    #expect(error?.description == "/: cannot read the job file: it is a directory")
  }
}
