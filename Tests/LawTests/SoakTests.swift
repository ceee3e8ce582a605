import BackendConformance
import TestNeeds
import Testing

/// `make soak`: histories that nobody has seen, on every engine and in every shape, until the time is up.
@Suite struct SoakTests {
  private static let absence = TestAmount.soak == nil ? "only `make soak` asks for it" : nil

  @Test(.needs(absence)) func freshHistoriesKeepAllLaws() async throws {
    let time = try #require(TestAmount.soak)
    // Far from the seeds of every other test, and short enough to be copied.
    let first = UInt64.random(in: 1...999_999) * 1_000_000_000_000
    print("soak: \(time) of histories on \(Variant.all.count) variants; the first seed is \(first)")
    let end = ContinuousClock.now + time
    let played = await withTaskGroup(of: Int.self) { group in
      for (index, variant) in Variant.all.enumerated() {
        group.addTask { await play(variant, from: first + UInt64(index) * 1_000_000_000, until: end) }
      }
      return await group.reduce(0, +)
    }
    print("soak: \(played) histories")
    #expect(played > 0)
  }

  /// - Returns: how many histories were played; the first failure ends the variant, not the others
  private func play(_ variant: Variant, from first: UInt64, until end: ContinuousClock.Instant) async -> Int {
    let player = SQLPlayer(variant.engine)
    var seed = first
    while ContinuousClock.now < end {
      if let failure = await firstFailure([seed], variant.histories, player: player) {
        Issue.record("\(variant): \(failure)")
        break
      }
      seed += 1
    }
    await player.close()
    print("soak: \(variant): \(seed - first) histories, from seed \(first)")
    return Int(seed - first)
  }
}
