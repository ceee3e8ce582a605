import PlanSamples
import SessionPlan
import Testing

@Suite struct SettingTests {
  @Test func gapTextAndBack() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<5000 {
      let value =
        Int64.random(in: Gap.allowed, using: &random) / [1, 1000, 1_000_000, 60_000_000].randomElement(using: &random)!
      guard let gap = Gap(microseconds: value) else { continue }
      #expect(Gap(text: gap.description) == gap)
    }
    #expect(Gap.standard.description == "30m")
  }

  @Test(arguments: [
    ("1us", 1), ("500ms", 500_000), ("10s", 10_000_000), ("30m", 1_800_000_000), ("24h", 86_400_000_000),
    ("1d", 86_400_000_000),
  ]) func gapReads(text: String, microseconds: Int64) {
    #expect(Gap(text: text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    "", "30", "m", "0s", "-1s", "+1s", "25h", "86401s", "1.5h", "30 m", "30M", "30min", "٣s", "9223372036854775807h",
    "99999999999999999999s", "30m\u{301}",
  ]) func gapRefuses(text: String) {
    #expect(Gap(text: text) == nil)
  }

  @Test func namesAndBack() {
    var random = SeededRandom(seed: 4)
    for _ in 0..<3000 {
      let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        (hostileTexts + ["a.b", ".", "a\".\"b"]).randomElement(using: &random)!
      }
      let name = ObjectName(parts: parts)
      let back = ObjectName(text: name.description)
      #expect(back.map { $0.parts.map { Array($0.utf8) } } == parts.map { Array($0.utf8) }, "\(name)")
    }
  }

  @Test(arguments: ["", ".", "a.", ".a", "a..b", "\"a", "\"\"", "a\"b\"", "\"a\"b", "a.b.c.d"])
  func noName(text: String) {
    #expect(ObjectName(text: text) == nil)
  }

  @Test func aPrefixRenamesAllAndASchemaHoldsAll() {
    let names = ObjectNames(prefix: "web_", schema: ObjectName("s"), overrides: [.sessions: "visits"])
    #expect(names[.sessionTable].description == "s.web_session_table")
    #expect(names[.sessions].description == "s.visits")
  }

  typealias Change = @Sendable (inout SessionJob) -> Void

  static let changes: [(String, Change)] = [
    ("gap", { $0.gap = Gap(text: "31m")! }), ("gap_boundary", { $0.boundary = .same }),
    ("event_id_type", { $0.eventIDType = .integer }), ("source.table", { $0.source.table = ObjectName("other") }),
    ("source.event_id", { $0.source.eventID = "id" }), ("source.user_id", { $0.source.userID = "u" }),
    ("source.page_view_at", { $0.source.pageViewAt = "t" }), ("source.page", { $0.source.page = nil }),
    ("source.time_format", { $0.source.timeFormat = .epochSeconds }),
    ("source.time_zone", { $0.source.timeZone = "+01:00" }),
    ("source.filter", { $0.source.filter = .isNull(column: "bot") }),
    ("attributes.campaign", { $0.attributes = [Attribute(name: "campaign", column: "utm")] }),
  ]

  /// Every setting that changes what a ledger means is told apart by name.
  @Test(arguments: changes) func fingerprintNamesTheDifference(
    setting: String, change: Change
  ) throws {
    var job = SessionJob()
    let before = JobFingerprint(.assumed(job))
    change(&job)
    let after = JobFingerprint(.assumed(job))
    #expect(after.difference(from: before)?.setting == setting)
    let read = try #require(JobFingerprint(text: after.text))
    #expect(read.difference(from: after) == nil)
    #expect(JobFingerprint(.assumed(read.applied(to: SessionJob()))).settings["gap"] == after.settings["gap"])
  }

  /// What nobody said comes from the ledger, whatever it is; what somebody said stays.
  @Test(arguments: changes) func whatNobodySaidIsTheLedgers(setting: String, change: Change) throws {
    var job = SessionJob(source: PageviewSource(table: ObjectName(parts: ["Odd \"s\"", "hits"])))
    change(&job)
    let ledger = JobFingerprint(.assumed(job))
    let completed = try #require(JobFingerprint(text: ledger.text)).completing(SessionJob(), said: [])
    #expect(completed == job)
    let name = setting.hasPrefix("attributes.") ? "attributes" : setting
    let said = ledger.completing(SessionJob(), said: [name])
    #expect(
      JobFingerprint(.assumed(said)).changes(from: ledger).map(\.setting).filter { $0 != "source.sequence" } == [
        setting
      ])
  }

  /// A column that is called none is a column.
  @Test(arguments: ["none", "\"none\"", "\"", "id"]) func aColumnCalledNoneIsAColumn(name: String) {
    let job = SessionJob(source: PageviewSource(table: ObjectName("hits"), eventID: name, page: name))
    let fingerprint = JobFingerprint(.assumed(job))
    #expect(fingerprint.completing(SessionJob(), said: []) == job)
    let without = SessionJob(source: PageviewSource(table: ObjectName("hits"), eventID: nil, page: nil))
    #expect(fingerprint.difference(from: JobFingerprint(.assumed(without))) != nil)
  }

  @Test func fingerprintsCompareBytes() {
    func fingerprint(_ value: String) -> JobFingerprint {
      JobFingerprint(.assumed(SessionJob(source: PageviewSource(userID: value))))
    }
    #expect(fingerprint("bo\u{301}b").difference(from: fingerprint("b\u{F3}b"))?.setting == "source.user_id")
  }

  @Test(arguments: ["", "{}x", "[]", "{\"gap\": 3}"]) func noFingerprint(text: String) {
    #expect(JobFingerprint(text: text) == nil)
  }

  /// Neither the prefix nor the arrival column changes what the ledger means.
  @Test func fingerprintLeavesTheRestAlone() {
    var job = SessionJob()
    let before = JobFingerprint(.assumed(job))
    job.source.arrival = Arrival(column: "id")
    #expect(JobFingerprint(.assumed(job)).difference(from: before) == nil)
  }
}
