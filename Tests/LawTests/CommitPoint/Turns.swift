/// Lets several runs go on one statement at a time, in an order that somebody chooses.
actor Turns {
  /// What a run is stopped by that is killed.
  struct Killed: Error {}

  enum Choice: Sendable {
    case goesOn(Int)
    /// It sends nothing any more.
    case dies(Int)
  }

  private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  private var live: Set<Int>
  private var dead: Set<Int> = []
  private var isBetween = false
  /// How many statements each has sent.
  private(set) var counts: [Int: Int] = [:]
  private let choose: @Sendable (_ waiting: [Int], _ counts: [Int: Int]) -> Choice
  private let between: @Sendable () async -> Void

  /// - Parameters:
  ///   - choose: which of those that wait goes on
  ///   - between: looks at what is there before the next one does
  init(
    _ runs: Int, between: @escaping @Sendable () async -> Void,
    choose: @escaping @Sendable (_ waiting: [Int], _ counts: [Int: Int]) -> Choice
  ) {
    live = Set(0..<runs)
    self.choose = choose
    self.between = between
  }

  func wait(_ run: Int) async throws {
    if dead.contains(run) { throw Killed() }
    await withCheckedContinuation { continuation in
      waiting[run] = continuation
      goOn()
    }
    if dead.contains(run) { throw Killed() }
    counts[run, default: 0] += 1
  }

  func leave(_ run: Int) {
    live.remove(run)
    goOn()
  }

  /// Once everybody waits.
  private func goOn() {
    guard !isBetween, !live.isEmpty, waiting.count == live.subtracting(dead).count, !waiting.isEmpty else { return }
    isBetween = true
    Task {
      await between()
      release()
    }
  }

  private func release() {
    isBetween = false
    let chosen: Int
    switch choose(waiting.keys.sorted(), counts) {
    case .goesOn(let run): chosen = run
    case .dies(let run):
      chosen = run
      dead.insert(run)
    }
    waiting.removeValue(forKey: chosen)?.resume()
  }
}
