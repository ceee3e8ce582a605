import SessionPlan
import Testing

@testable import SessionizerCLI

@Suite struct JobFileTests {
  private func job(_ yaml: String) throws -> SessionJob {
    try JobFile(yaml: yaml, path: "j.yml").settings.job()
  }

  @Test(arguments: ["", "\n", "# nothing\n", "---\n", "{}", "source:\n  # user_id: visitor\ntargets:\n", "\u{FEFF}"])
  func emptyFileIsTheDefaults(yaml: String) throws {
    #expect(try job(yaml) == SessionJob())
  }

  @Test func timeouts() throws {
    let file = try JobFile(yaml: "lock_timeout: 500ms\nstatement_timeout: 10m", path: "j.yml")
    #expect(file.timeouts == Timeouts(lock: .milliseconds(500), statement: .seconds(600)))
    let option = Timeouts(statement: .seconds(1))
    #expect(file.timeouts.overridden(by: option) == Timeouts(lock: .milliseconds(500), statement: .seconds(1)))
    for wrong in ["lock_timeout: 5", "statement_timeout: 25h", "lock_timeout: 10us"] {
      #expect { try JobFile(yaml: wrong, path: "j.yml") } throws: { "\($0)".contains("j.yml:1") }
    }
  }

  @Test func everySetting() throws {
    let yaml = """
      gap: 45m
      gap_boundary: same
      event_id_type: integer
      source:
        table: '"odd.schema".hits'
        event_id: id
        user_id: visitor
        page_view_at: ts
        page: url
        time_format: epoch_ms
        time_zone: Europe/Madrid
        filter: >-
          status < 400 and
          page <> '/health'
        arrival:
          column: loaded_at
          kind: time
          overlap: 2h
      attributes:
        referrer: ref_url
        device:
      prefix: web_
      schema: analytics
      names:
        session_table: facts
      targets:
        dev: sqlite:dev.db
      target: dev
      """
    let expected = SessionJob(
      gap: try #require(Gap(text: "45m")), boundary: .same, eventIDType: .integer,
      source: PageviewSource(
        table: ObjectName(parts: ["odd.schema", "hits"]), eventID: "id", userID: "visitor", pageViewAt: "ts",
        page: "url", timeFormat: .epochMilliseconds, timeZone: "Europe/Madrid",
        filter: .and(
          .compare(column: "status", .less, .integer(400)), .compare(column: "page", .notEqual, .text("/health"))),
        arrival: Arrival(column: "loaded_at", kind: .time, overlap: 7_200_000_000)),
      attributes: [Attribute(name: "referrer", column: "ref_url"), Attribute(name: "device", column: "device")],
      names: ObjectNames(prefix: "web_", schema: ObjectName("analytics"), overrides: [.sessionTable: "facts"]))
    #expect(try job(yaml) == expected)
  }

  @Test func tableAsAListOfParts() throws {
    #expect(try job("source: {table: [a.b, c]}").source.table == ObjectName(parts: ["a.b", "c"]))
  }

  @Test(arguments: ["none", "null", "~", ""])
  func absentColumns(word: String) throws {
    let source = try job("source:\n  event_id: \(word)\n  page: \(word)").source
    #expect(source.eventID == nil)
    #expect(source.page == nil)
  }

  @Test func quotedNoneIsAColumn() throws {
    #expect(try job("source: {event_id: 'none'}").source.eventID == "none")
  }

  @Test func overlapHasTheDefaultOfItsKind() throws {
    #expect(try job("source: {arrival: {column: id}}").source.arrival?.overlap == 10_000)
    #expect(try job("source: {arrival: {column: at, kind: time}}").source.arrival?.overlap == 3_600_000_000)
  }

  @Test func valuesThatLookLikeOtherTypesAreTexts() throws {
    #expect(try job("prefix: no\nsource: {user_id: 123, page: 1.50}").names.prefix == "no")
    #expect(try job("prefix: no\nsource: {user_id: 123, page: 1.50}").source.userID == "123")
    #expect(try job("prefix: no\nsource: {user_id: 123, page: 1.50}").source.page == "1.50")
  }
}
