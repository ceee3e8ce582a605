import PlanSamples
import SessionPlan
import Testing

@Suite struct TimeTests {
  /// Counts the days one by one, with the rule of the calendar and nothing else.
  @Test func everyDayFromYear0To10000() {
    var day = -719_528  // 0000-01-01
    for year in 0...9999 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
        let first = CivilTime(year: year, month: month + 1, day: 1)
        let last = CivilTime(year: year, month: month + 1, day: length)
        guard first.microseconds == Int64(day) * 86_400_000_000,
          last.microseconds == Int64(day + length - 1) * 86_400_000_000, last.isValid,
          !CivilTime(year: year, month: month + 1, day: length + 1).isValid,
          CivilTime(microseconds: first.microseconds) == first, CivilTime(microseconds: last.microseconds) == last
        else {
          Issue.record("\(year)-\(month + 1)")
          return
        }
        day += length
      }
    }
    #expect(day == 2_932_897)  // 10000-01-01
  }

  @Test func textAndBack() throws {
    var random = SeededRandom(seed: 1)
    for _ in 0..<20_000 {
      let moment = Timestamp(
        microseconds: Int64.random(in: Timestamp.earliest.microseconds..<Timestamp.end.microseconds, using: &random))
      let text = moment.description
      #expect(text.utf8.count == 26)
      #expect(Timestamp(text: text) == moment)
      #expect(Timestamp(text: text.replacing(" ", with: "T") + "Z") == moment)
      // An offset is taken off: the same moment, said further east.
      let east = Timestamp(microseconds: moment.microseconds + 19_800_000_000)
      if east.isInRange { #expect(Timestamp(text: east.description + "+05:30") == moment) }
    }
  }

  /// So that engines may compare times as texts.
  @Test func textsSortLikeTimes() {
    var random = SeededRandom(seed: 2)
    let range = Timestamp.earliest.microseconds..<Timestamp.end.microseconds
    for _ in 0..<5000 {
      let a = Timestamp(microseconds: Int64.random(in: range, using: &random))
      let b = Timestamp(microseconds: Int64.random(in: range, using: &random))
      #expect((a < b) == (a.description.utf8.lexicographicallyPrecedes(b.description.utf8)))
    }
  }

  @Test(arguments: [
    ("1970-01-01", 0), ("1970-01-01 00:00", 0), ("1970-01-01T00:00:01", 1_000_000), ("1970-01-01 00:00:00.5", 500_000),
    ("1970-01-01 00:00:00.1234569", 123_456), ("1969-12-31 23:59:59.999999", -1), ("1970-01-01 02:00:00+02", 0),
    ("1970-01-01 02:00:00+0200", 0), ("1969-12-31 22:30-01:30", 0), ("2000-02-29", 951_782_400_000_000),
  ]) func reads(text: String, microseconds: Int64) {
    #expect(Timestamp(text: text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    "", " ", "1970", "1970-1-1", "1970-01-01 ", "1970-01-01 1:00", "1970-01-01 24:00", "1970-01-01 00:60",
    "1970-01-01 00:00:60", "1970-01-01 00:00:00.", "1970-01-01 00:00:00,5", "1900-02-29", "2026-02-30", "2026-13-01",
    "2026-00-01", "2026-01-00", "2026-01-01 00:00:00 Z", "2026-01-01 00:00:00+16:00", "2026-01-01 00:00:00+1",
    "infinity",
    "-0001-01-01", "10000-01-01", "２０２６-01-01", "2026-01-01\u{0}", "2026-01-01x", "1970-01-01 00:00\u{301}",
  ]) func refuses(text: String) {
    #expect(Timestamp(text: text) == nil)
  }

  @Test func theRangeEnds() {
    #expect(Timestamp.earliest.description == "0001-01-02 00:00:00.000000")
    #expect(Timestamp.end.description == "9999-12-31 00:00:00.000000")
    #expect(Timestamp.earliest.isInRange && !Timestamp.end.isInRange)
    #expect(!Timestamp(microseconds: Timestamp.earliest.microseconds - 1).isInRange)
    #expect(Timestamp(microseconds: Timestamp.end.microseconds - 1).isInRange)
  }

  /// Even what no engine has does not trap.
  @Test(arguments: [Int64.min, Int64.max, 0]) func extremesAreWritten(microseconds: Int64) {
    #expect(!Timestamp(microseconds: microseconds).description.isEmpty)
  }
}
