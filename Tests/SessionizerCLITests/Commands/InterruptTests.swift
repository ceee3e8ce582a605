import Testing

@testable import SessionizerCLI

@Suite struct InterruptTests {
  /// `timeout` sends two signals at once: they are one wish. A later one ends the process, and only a third at once.
  @Test func aSignalCountsOnlyAfterASecond() {
    let asked = Interrupts.Asked()
    let start = ContinuousClock.now
    #expect(asked.next(at: start) == .stop)
    #expect(asked.next(at: start) == .same)
    #expect(asked.next(at: start + .milliseconds(900)) == .same)
    #expect(asked.next(at: start + .milliseconds(1100)) == .end)
    #expect(asked.next(at: start + .milliseconds(1200)) == .same)
    #expect(asked.next(at: start + .milliseconds(2200)) == .endNow)
  }
}
