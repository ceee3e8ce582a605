#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Counts of contents in a temporary file without a name, which is gone with the process.
///
/// The file is a row of parts, each sorted by hash. Of each part every 256th hash is kept in memory, so that a look-up
/// reads 4 KiB; a filter of 64 MiB says of nearly all contents that are in no part that they are not.
final class SpilledCounts {
  private typealias Slot = OccurrenceTable.Slot

  private struct Part {
    /// Where it begins, in slots.
    var start: Int
    var count: Int
    /// The hash of every 256th slot.
    var hashes: [UInt64]
  }

  /// Why the file could not be read.
  private(set) var failure: String?
  private let descriptor: Int32
  /// The newest last: what it says of a content is the truth.
  private var parts: [Part] = []
  private var written = 0
  private let filter: UnsafeMutablePointer<UInt64>
  private let block = UnsafeMutableBufferPointer<OccurrenceTable.Slot>.allocate(capacity: SpilledCounts.blockSlots)
  private static let blockSlots = 256
  private static let filterBits = 29

  /// nil where no file can be made.
  ///
  /// - Parameter folder: nil: `TMPDIR`, or `/var/tmp`, since `/tmp` may be memory
  init?(folder: String?) {
    let folder = folder ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
    // mkstemp puts what makes the name its own in the place of six X at its end.
    var template = Array((folder + "/sessionizer-" + String(repeating: "X", count: 6)).utf8CString)
    // From calloc, so that only what is used of it takes memory.
    guard let filter = calloc(1 << (Self.filterBits - 3), 1) else { return nil }
    self.filter = filter.assumingMemoryBound(to: UInt64.self)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return nil }
    unlink(template)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    free(filter)
    block.deallocate()
  }

  /// Two places of the filter.
  private static func places(_ hash: UInt64, _ check: UInt32) -> (Int, Int) {
    (Int(hash >> UInt64(64 - filterBits)), Int(check >> UInt32(32 - filterBits)))
  }

  /// Takes over all slots that are in use; their order is lost. False where the file cannot take them: then they are
  /// left, and none of them is in the file.
  func add(_ slots: UnsafeMutableBufferPointer<OccurrenceTable.Slot>) -> Bool {
    var slots = slots
    slots.sort { $0.count != 0 && ($1.count == 0 || $0.hash < $1.hash) }
    let count = slots.firstIndex { $0.count == 0 } ?? slots.count
    let used = UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: slots[..<count]))
    var done = 0
    while done < used.count {
      let wrote = pwrite(
        descriptor, used.baseAddress.map { $0 + done }, used.count - done,
        off_t(written * MemoryLayout<OccurrenceTable.Slot>.stride + done))
      if wrote < 0, errno == EINTR { continue }
      guard wrote > 0 else { return false }
      done += wrote
    }
    parts.append(
      Part(
        start: written, count: count, hashes: stride(from: 0, to: count, by: Self.blockSlots).map { slots[$0].hash }))
    written += count
    for slot in slots[..<count] {
      let (first, second) = Self.places(slot.hash, slot.check)
      filter[first >> 6] |= 1 << UInt64(first & 63)
      filter[second >> 6] |= 1 << UInt64(second & 63)
    }
    return true
  }

  /// How often the content was seen when it was last written; 0 where it was not.
  func count(hash: UInt64, check: UInt32) -> UInt32 {
    let (first, second) = Self.places(hash, check)
    guard filter[first >> 6] & 1 << UInt64(first & 63) != 0, filter[second >> 6] & 1 << UInt64(second & 63) != 0 else {
      return 0
    }
    for part in parts.reversed() {
      if let count = find(hash, check, in: part) { return count }
    }
    return 0
  }

  private func find(_ hash: UInt64, _ check: UInt32, in part: Part) -> UInt32? {
    // The first block that begins with this hash or a greater one; it may begin in the block before.
    var low = 0
    var high = part.hashes.count
    while low < high {
      let middle = (low + high) / 2
      if part.hashes[middle] < hash { low = middle + 1 } else { high = middle }
    }
    for number in max(0, low - 1)..<part.hashes.count {
      if part.hashes[number] > hash { return nil }
      let count = min(Self.blockSlots, part.count - number * Self.blockSlots)
      guard read(part.start + number * Self.blockSlots, count) else { return nil }
      for slot in block[..<count] where slot.hash == hash && slot.check == check { return slot.count }
      if block[count - 1].hash > hash { return nil }
    }
    return nil
  }

  private func read(_ start: Int, _ count: Int) -> Bool {
    let bytes = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: block[..<count]))
    var done = 0
    while done < bytes.count {
      let read = pread(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
        off_t(start * MemoryLayout<OccurrenceTable.Slot>.stride + done))
      if read < 0, errno == EINTR { continue }
      guard read > 0 else {
        failure = read < 0 ? String(cString: strerror(errno)) : "it is shorter than it was"
        return false
      }
      done += read
    }
    return true
  }
}
