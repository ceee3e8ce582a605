/// Counts how often each content was seen, in 16 bytes for each slot of a table that is between 7/16 and 7/8 full:
/// 18 to 37 bytes for each different content of a file, whatever its length. This is the one thing in the reader that
/// grows with the file, and only where ids are derived.
///
/// Contents are told apart by 96 bits of a hash whose key is random in each process. Should two contents ever share
/// them (for a billion lines: once in 10^11 files), one is counted too high; ids stay unique, since they hold the whole
/// content.
struct OccurrenceTable {
  private struct Slot {
    var hash: UInt64 = 0
    var check: UInt32 = 0
    /// 0: the slot is free.
    var count: UInt32 = 0
  }

  private var slots = [Slot](repeating: Slot(), count: 1024)
  private var used = 0

  /// How many different contents were counted.
  var count: Int { used }

  /// Counts the content once more, and returns how often it was seen, this time included.
  mutating func count(user: Bytes, at time: Int64, page: Bytes?) -> Int {
    // One fixed prefix for each of the two makes them independent; lengths keep "ab","c" apart from "a","bc".
    func hash(_ prefix: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(prefix)
      hasher.combine(time)
      hasher.combine(user.count)
      hasher.combine(bytes: UnsafeRawBufferPointer(user))
      hasher.combine(page?.count ?? -1)
      if let page { hasher.combine(bytes: UnsafeRawBufferPointer(page)) }
      return hasher.finalize()
    }
    return count(hash: UInt64(bitPattern: Int64(hash(0))), check: UInt32(truncatingIfNeeded: hash(1)))
  }

  mutating func count(hash: UInt64, check: UInt32) -> Int {
    if (used + 1) * 8 > slots.count * 7 { grow() }
    let index = find(hash: hash, check: check)
    if slots[index].count == 0 {
      slots[index] = Slot(hash: hash, check: check, count: 0)
      used += 1
    }
    if slots[index].count < .max { slots[index].count += 1 }
    return Int(slots[index].count)
  }

  /// The slot that holds these, or the free one where they belong.
  private func find(hash: UInt64, check: UInt32) -> Int {
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while slots[index].count != 0, slots[index].hash != hash || slots[index].check != check {
      index = (index + 1) & mask
    }
    return index
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(), count: old.count * 2)
    for slot in old where slot.count != 0 {
      slots[find(hash: slot.hash, check: slot.check)] = slot
    }
  }
}
