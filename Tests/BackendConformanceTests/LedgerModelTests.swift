import SessionPlan
import Testing

@testable import BackendConformance

/// Runs of which people can say what they must take.
@Suite struct LedgerModelTests {
  private func row(_ id: String, _ time: Int64, arrival: Int64?, page: ByteKey? = "/") -> SourceRow {
    SourceRow(id: .text(ByteKey(id)), user: "u", time: .at(time), page: page, arrival: arrival)
  }

  private func model(overlap: Int64) -> LedgerModel {
    LedgerModel(job: HistoryJob(arrival: .init(kind: .id, overlap: overlap)))
  }

  @Test func newRunsLookAgainWithinTheOverlap() {
    var model = model(overlap: 2)
    model.insert([row("a", 0, arrival: 10)])
    #expect(model.run(.new, id: 1).pageviews == 1, "no mark yet: a whole run")
    #expect(model.mark == 10)
    model.insert([row("b", 1, arrival: 8), row("c", 2, arrival: 7), row("d", 3, arrival: nil)])
    #expect(model.run(.new, id: 2).pageviews == 2, "8 and NULL, not 7")
    #expect(model.missed == .yes)
    #expect(model.run(.whole, id: 3).pageviews == 1)
    #expect(model.missed == .no)
  }

  @Test func windowedRunsSetNoMark() {
    var model = model(overlap: 0)
    model.insert([row("a", 0, arrival: 1), row("b", 100, arrival: 9)])
    #expect(model.run(.window(from: 0, to: 100), id: 1).pageviews == 1)
    #expect(model.mark == nil)
    #expect(model.run(.new, id: 2).pageviews == 1)
    #expect(model.mark == 9)
  }

  @Test func theFirstCopyCountsAndOthersAreQuarantinedOnce() {
    var model = model(overlap: 0)
    model.insert([row("a", 5, arrival: 1, page: ""), row("a", 5, arrival: 2, page: nil), row("a", 6, arrival: 3)])
    #expect(model.run(.whole, id: 1) == .init(pageviews: 1, quarantined: 2, lineageRows: 0, versions: 1))
    #expect(model.ledger[.text("a")]?.pageview.page == nil)
    #expect(model.run(.whole, id: 2) == .init(pageviews: 0, quarantined: 0))
    model.insert([row("a", 4, arrival: 4)])
    #expect(model.run(.whole, id: 3) == .init(pageviews: 0, quarantined: 1), "the ledger's row stays the truth")
    #expect(model.pageviews(asOf: 0).isEmpty)
  }

  @Test func derivedIDsCountOverTheWholeSource() {
    var model = LedgerModel(job: HistoryJob(hasEventID: false, arrival: .init(kind: .id, overlap: 0)))
    let view = SourceRow(id: .null, user: "1", time: .at(0), page: nil, arrival: 1)
    model.insert([view, view])
    #expect(model.run(.new, id: 1).pageviews == 2)
    var late = view
    late.arrival = 2
    model.insert([late])
    #expect(model.run(.new, id: 2).pageviews == 1)
    #expect(model.run(.whole, id: 3).pageviews == 0)
    #expect(model.ledger.keys.contains(.text("1:11970-01-01 00:00:00.000000-#3")))
  }

  @Test func everyFaultHasItsReason() {
    let time = SourceTime.at(0)
    let faults: [(SourceRow, String)] = [
      (SourceRow(id: .null, user: nil, time: .null, page: nil), "null_event_id"),
      (SourceRow(id: .text("007"), user: "u", time: time, page: nil), "bad_event_id"),
      (SourceRow(id: .text("+7"), user: "u", time: time, page: nil), "bad_event_id"),
      (SourceRow(id: .integer(1), user: "", time: .null, page: nil), "null_user"),
      (SourceRow(id: .integer(1), user: "u", time: .null, page: nil), "null_time"),
      (SourceRow(id: .integer(1), user: "u", time: .bad("soon"), page: nil), "bad_time"),
      (SourceRow(id: .integer(1), user: "u", time: .at(RowRules.end), page: nil), "time_out_of_range"),
      (
        SourceRow(id: .integer(1), user: ByteKey([UInt8](repeating: 97, count: 1025)), time: time, page: nil),
        "key_too_long"
      ),
    ]
    for (row, reason) in faults {
      guard case .quarantined(let found) = RowRules.judge(row, job: HistoryJob(idType: .integer)) else {
        Issue.record("\(reason) is sessionized")
        continue
      }
      #expect(found.reason == ByteKey(reason))
    }
    let good = SourceRow(id: .text("-7"), user: "u", time: time, page: nil)
    guard case .pageview = RowRules.judge(good, job: HistoryJob(idType: .integer)) else {
      Issue.record("-7 is an integer in canonical form")
      return
    }
  }
}
