/// Numbers the rows of one user and one time in the order of the file: 1, 2, …
///
/// A file that is ordered by time needs only its current instants. The rows of up to 262,144 pairs of user and time are
/// counted; beyond that the older half of the times is no longer tracked, and a row that comes for one of them after all
/// gets the number of its line. That is larger than any number before it, so that the order by `sequence` is always the
/// order of the file; only "1, 2, …" has holes then. What comes out depends on the file alone.
struct SequenceCounter {
  private struct Key: Hashable {
    var user: UInt64
    var time: Int64
  }

  static let limit = 1 << 18
  private var counts: [Key: Int64] = [:]
  /// Times below it are not tracked.
  private var horizon = Int64.min
  private let limit: Int

  init(limit: Int = SequenceCounter.limit) { self.limit = limit }

  mutating func next(user: Bytes, at time: Int64, line: Int) -> Int64 {
    guard time >= horizon else { return Int64(line) }
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(user))
    let key = Key(user: UInt64(bitPattern: Int64(hasher.finalize())), time: time)
    if let count = counts[key] {
      counts[key] = count + 1
      return count + 1
    }
    if counts.count >= limit {
      prune()
      guard time >= horizon else { return Int64(line) }
    }
    counts[key] = 1
    return 1
  }

  private mutating func prune() {
    let times = counts.keys.map(\.time).sorted()
    // All of one time: nothing younger is there to be kept.
    let middle = times[times.count / 2]
    horizon = middle > times[0] ? middle : times[times.count - 1] + 1
    if horizon <= times[times.count - 1] {
      counts = counts.filter { $0.key.time >= horizon }
    } else {
      counts.removeAll()
    }
  }
}
