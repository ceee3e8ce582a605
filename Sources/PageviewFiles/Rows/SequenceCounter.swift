/// Numbers the rows of one user and one time in the order of the file: 1, 2, …
///
/// A file that is ordered by time needs only its current instants. The rows of up to 65,536 pairs of user and time are
/// counted; beyond that the older part of the times is no longer tracked, and a row that comes for one of them after all
/// gets the number of its line. That is larger than any number before it, so that the order by `sequence` is always the
/// order of the file; only "1, 2, …" has holes then. What comes out depends on the file alone.
struct SequenceCounter {
  private struct Slot {
    var user: UInt64 = 0
    var time: Int64 = 0
    /// 0: the slot is free.
    var count: Int64 = 0
  }

  static let limit = 1 << 16
  private let hasher = ContentHasher()
  private var slots = [Slot](repeating: Slot(), count: 1024)
  private var used = 0
  /// Times below it are not tracked.
  private var horizon = Int64.min
  private let limit: Int

  init(limit: Int = SequenceCounter.limit) { self.limit = limit }

  mutating func next(user: Bytes, at time: Int64, line: Int) -> Int64 {
    guard time >= horizon else { return Int64(line) }
    let user = hasher.hash(user).first
    var index = find(user, time)
    if slots[index].count > 0 {
      slots[index].count += 1
      return slots[index].count
    }
    if used >= limit {
      prune()
      guard time >= horizon else { return Int64(line) }
      index = find(user, time)
    } else if (used + 1) * 2 > slots.count {
      fill(slots, count: slots.count * 2)
      index = find(user, time)
    }
    slots[index] = Slot(user: user, time: time, count: 1)
    used += 1
    return 1
  }

  /// The slot of the pair, or the free one where it belongs.
  private func find(_ user: UInt64, _ time: Int64) -> Int {
    let mask = slots.count - 1
    let mixed = (user ^ UInt64(bitPattern: time)) &* 0x9E37_79B9_7F4A_7C15
    var index = Int(truncatingIfNeeded: mixed >> 32) & mask
    while slots[index].count > 0, slots[index].user != user || slots[index].time != time { index = (index + 1) & mask }
    return index
  }

  private mutating func prune() {
    var least = Int64.max
    var greatest = Int64.min
    for slot in slots where slot.count > 0 {
      least = min(least, slot.time)
      greatest = max(greatest, slot.time)
    }
    // Where the times are spread evenly, their middle is as good as the median, which needs them sorted.
    let middle = least + Int64((UInt64(bitPattern: greatest) &- UInt64(bitPattern: least)) / 2)
    let older = slots.count { $0.count > 0 && $0.time < middle }
    horizon = older * 4 >= used ? middle : median(least, greatest)
    fill(slots, count: slots.count)
  }

  private func median(_ least: Int64, _ greatest: Int64) -> Int64 {
    let times = slots.lazy.filter { $0.count > 0 }.map(\.time).sorted()
    let middle = times[times.count / 2]
    // All of one time: nothing younger is there to be kept.
    return middle > least ? middle : greatest + 1
  }

  /// Puts those that are still tracked into a new table.
  private mutating func fill(_ old: [Slot], count: Int) {
    slots = Array(repeating: Slot(), count: count)
    used = 0
    for slot in old where slot.count > 0 && slot.time >= horizon {
      slots[find(slot.user, slot.time)] = slot
      used += 1
    }
  }
}
