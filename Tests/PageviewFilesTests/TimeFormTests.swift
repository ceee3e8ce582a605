import Foundation
import SessionPlan
import Testing

@testable import PageviewFiles

@Suite struct TimeFormTests {
  private func read(_ text: String, _ options: LoadOptions = LoadOptions()) -> Int64? {
    var reader = TimeReader(options)
    let time = Array(text.utf8).withUnsafeBufferPointer { reader.read($0) }
    if case .time(let value) = time { return value }
    return nil
  }

  private func options(_ format: String = "auto", zone: String? = nil) throws -> LoadOptions {
    var options = LoadOptions()
    options.timeFormat = try FileTimeFormat(text: format)
    options.zone = try zone.map { try #require(FileZone(identifier: $0)) }
    return options
  }

  @Test(arguments: [
    "2026-03-01 10:00:00", "2026-03-01T10:00:00Z", "2026-03-01 10:00:00 UTC", "2026-03-01 10:00:00 GMT",
    "2026-03-01 11:00:00 +01:00", "2026-03-01T11:00:00+0100", "2026-03-01 11:00:00+01", "2026-3-1 10:00",
    "2026/03/01 10:00:00", "20260301T100000Z", "01/Mar/2026:10:00:00 +0000", "1/Mar/2026:10:00:00",
    "01/Mar/2026:10:00:00.000 +0000", "Sun, 01 Mar 2026 10:00:00 GMT", "Sun, 01 Mar 2026 11:00:00 +0100",
    "Mar 1, 2026 10:00:00", "March 1, 2026 10:00 AM", "1 Mar 2026 10:00", "2026-03-01 10:00:00,000",
    " 2026-03-01 10:00:00 ", "2026-03-01 10:00:00.000 UTC", "01-Mar-2026 10:00:00",
  ]) func `forms that can mean one moment only`(text: String) {
    #expect(read(text) == at("2026-03-01 10:00:00"))
  }

  @Test(arguments: [
    "03/04/2026 10:00", "01.03.2026 10:00:00", "1772359200", "1772359200.5", "20260301100000", "2026-03-01 24:00:00",
    "2026-02-30", "10:00:00", "2026-03-01 10", "2026-03-01 10:00:00 CET", "2026-03-01 10:00:00 +1", "Mar 2026",
    "31/Apr/2026:10:00:00 +0000", "01/Mrz/2026:10:00:00 +0000", "2026-03-01 13:00 PM", "2026-03/01", "",
  ]) func `nothing is guessed`(text: String) {
    #expect(read(text) == nil)
  }

  @Test(arguments: [
    ("%d/%m/%Y %H:%M", "01/03/2026 10:00"), ("%m/%d/%Y %I:%M:%S %p", "3/1/2026 10:00:00 AM"),
    ("%d.%m.%y %T", "01.03.26 10:00:00"), ("%Y%m%d%H%M%S", "20260301100000"), ("%s", "1772359200"),
    ("%Y-%m-%dT%H:%M:%S.%f%z", "2026-03-01T11:00:00.000000+0100"),
    ("%a, %d %b %Y %H:%M:%S %Z", "Sun, 01 Mar 2026 10:00:00 GMT"),
    ("%Y %j %R", "2026 060 10:00"), ("%F %T", "2026-03-01 10:00:00"), ("%-d.%-m.%Y %-H:%M", "1.3.2026 10:00"),
    ("%% %D %R", "% 03/01/26 10:00"),
  ]) func `patterns`(pattern: String, text: String) throws {
    let options = try options(pattern)
    #expect(read(text, options) == at("2026-03-01 10:00:00"))
    #expect(read(text + "x", options) == nil)
    #expect(read("2026-13-45 99:99", options) == nil)
  }

  @Test(arguments: ["%Q", "%H:%M", "%d/%m %H:%M", "%", "%Y-%m-%d %I:%M", "nonsense"])
  func `patterns that cannot be`(text: String) {
    #expect(throws: TimePatternError.self) { try TimePattern(text: text) }
  }

  @Test(
    arguments: [
      ("epoch_s", "1772359200", 1_772_359_200_000_000), ("epoch_s", "1.772359200E+09", 1_772_359_200_000_000),
      ("epoch_s", "1772359200.1234567", 1_772_359_200_123_456), ("epoch_ms", "1772359200123.9", 1_772_359_200_123_900),
      ("epoch_us", "17723592001", 17_723_592_001), ("epoch_ns", "1772359200123456789", 1_772_359_200_123_456),
      ("epoch_s", "-0.5", -500_000), ("epoch_ns", "-1999", -1), ("epoch_s", "12e-1", 1_200_000),
      ("epoch_s", "1e-400", 0),
    ] as [(String, String, Int64)]) func `numbers, exactly`(format: String, text: String, value: Int64) throws
  {
    #expect(read(text, try options(format)) == value)
  }

  @Test(arguments: ["1e400", "99999999999999999999", "1e"]) func `numbers that are too large, or none`(text: String)
    throws
  {
    #expect(read(text, try options("epoch_s")) == nil)
  }

  @Test func `a zone has its summer times`() throws {
    let berlin = try options(zone: "Europe/Berlin")
    #expect(read("2026-01-01 12:00:00", berlin) == at("2026-01-01 11:00:00"))
    #expect(read("2026-07-01 12:00:00", berlin) == at("2026-07-01 10:00:00"))
    #expect(read("2026-03-29 01:59:59", berlin) == at("2026-03-29 00:59:59"))
    // The clocks go from 2 to 3.
    #expect(read("2026-03-29 02:00:00", berlin) == nil)
    #expect(read("2026-03-29 02:59:59", berlin) == nil)
    #expect(read("2026-03-29 03:00:00", berlin) == at("2026-03-29 01:00:00"))
    // The clocks go back from 3 to 2: the first of the two.
    #expect(read("2026-10-25 02:30:00", berlin) == at("2026-10-25 00:30:00"))
    #expect(read("2026-10-25 03:00:00", berlin) == at("2026-10-25 02:00:00"))
    #expect(read("2026-07-01T12:00:00Z", berlin) == at("2026-07-01 12:00:00"))
    // Half an hour, in the other half of the year.
    let howe = try options(zone: "Australia/Lord_Howe")
    #expect(read("2026-04-05 01:45:00", howe) == at("2026-04-04 14:45:00"))
    #expect(read("2026-10-04 02:15:00", howe) == nil)
  }

  @Test func `every local time that there is comes back`() throws {
    for zone in ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Apia"] {
      let calendar = try #require(TimeZone(identifier: zone))
      var clock = ZoneClock(try #require(FileZone(identifier: zone)))
      var twice = 0
      for hour in 0..<366 * 24 * 4 {
        let utc = at("2024-12-31 00:00:00") / 1_000_000 + Int64(hour) * 900
        let offset = Int64(calendar.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc))))
        switch clock.utc((utc + offset) * 1_000_000) {
        case .at(let found): #expect(found == utc * 1_000_000, "\(zone) \(utc)")
        case .twice(let found):
          twice += 1
          #expect(found == utc * 1_000_000 || found < utc * 1_000_000 && found > (utc - 7300) * 1_000_000)
        case .skipped: Issue.record("\(zone): \(utc) is skipped")
        }
      }
      #expect(twice < 50)
    }
  }

  @Test func `what was decided is said`() throws {
    let csv = "user_id,page_view_at\nu,2026-10-25 02:30:00\nu,2026-03-29 02:30:00\n"
    let loaded = try load(csv, try options(zone: "Europe/Berlin"))
    #expect(loaded.reasons == [.badTime])
    #expect(loaded.summary?.notices.contains { $0.contains("the first of the two, summer time, is taken") } == true)
  }
}
