/// Counts how often each content was seen, in bounded memory.
///
/// A slot has 16 bytes. With more than some four million different contents, those so far go to a temporary file
/// (`SpilledCounts`); for each that is new, a filter in memory says that the file need not be asked. Where there can
/// be no such file, the table grows in memory.
///
/// Contents are told apart by 96 bits of a hash whose key is random in each process. Should two contents ever share
/// them (for a billion lines: once in 10^11 files), one is counted too high; ids stay unique, since they hold the whole
/// content.
final class OccurrenceTable {
  struct Slot {
    var hash: UInt64 = 0
    var check: UInt32 = 0
    /// 0: the slot is free.
    var count: UInt32 = 0
  }

  private let hasher = ContentHasher()
  private let greatestSlots: Int
  private var slots: UnsafeMutableBufferPointer<Slot>
  private var used = 0
  private var spilled: SpilledCounts?
  private var maySpill = true

  private let folder: String?

  /// - Parameters:
  ///   - greatestSlots: a power of two; 64 MiB by default
  ///   - folder: where the temporary file is; nil: `TMPDIR`, or `/var/tmp`
  init(greatestSlots: Int = 1 << 22, folder: String? = nil) {
    self.folder = folder
    self.greatestSlots = greatestSlots
    slots = .allocate(capacity: min(1024, greatestSlots))
    slots.initialize(repeating: Slot())
  }

  deinit { slots.deallocate() }

  /// How many times contents were counted for the first time since the last of them went to a file.
  var count: Int { used }

  /// Whether some contents are in a file.
  var isSpilled: Bool { spilled != nil }

  /// Why counts can no longer be trusted.
  var failure: String? { spilled?.failure }

  /// Counts the content once more, and returns how often it was seen, this time included.
  func count(user: Bytes, at time: Int64, page: Bytes?) -> Int {
    let hash = hasher.hash(page, after: hasher.hash(time, after: hasher.hash(user)))
    return count(hash: hash.first, check: UInt32(truncatingIfNeeded: hash.second))
  }

  func count(hash: UInt64, check: UInt32) -> Int {
    if (used + 1) * 8 > slots.count * 7 { makeRoom() }
    let index = find(hash: hash, check: check)
    if slots[index].count == 0 {
      slots[index] = Slot(hash: hash, check: check, count: spilled?.count(hash: hash, check: check) ?? 0)
      used += 1
    }
    if slots[index].count < .max { slots[index].count += 1 }
    return Int(slots[index].count)
  }

  /// The slot that holds these, or the free one where they belong.
  @inline(__always)
  private func find(hash: UInt64, check: UInt32) -> Int {
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while slots[index].count != 0, slots[index].hash != hash || slots[index].check != check {
      index = (index + 1) & mask
    }
    return index
  }

  private func makeRoom() {
    if slots.count >= greatestSlots, maySpill {
      if spilled == nil { spilled = SpilledCounts(folder: folder) }
      if spilled?.add(slots) == true {
        slots.update(repeating: Slot())
        used = 0
        return
      }
      // What is in the file stays there; from now on the table grows.
      maySpill = false
    }
    let old = slots
    slots = .allocate(capacity: old.count * 2)
    slots.initialize(repeating: Slot())
    for slot in old where slot.count != 0 { slots[find(hash: slot.hash, check: slot.check)] = slot }
    old.deallocate()
  }
}
