/// A value of a record, in a reader's memory.
struct FieldValue {
  enum Kind {
    case text
    /// A number of JSON, as it is written.
    case number
    /// `true`, `false`, an object or an array of JSON, as it is written.
    case nested
  }

  var bytes: Bytes
  var kind = Kind.text
}

/// Memory for texts that are put together, until the record is done.
final class TextArena {
  private var chunk: UnsafeMutablePointer<UInt8>
  private var capacity = 4096
  private var used = 0
  private var full: [UnsafeMutablePointer<UInt8>] = []

  init() { chunk = .allocate(capacity: capacity) }

  deinit {
    chunk.deallocate()
    for old in full { old.deallocate() }
  }

  /// Forgets all texts.
  func reset() {
    used = 0
    for old in full { old.deallocate() }
    full.removeAll()
    if capacity > 1 << 20 {
      chunk.deallocate()
      capacity = 4096
      chunk = .allocate(capacity: capacity)
    }
  }

  /// Room for a text, in one piece.
  func room(_ count: Int) -> UnsafeMutableBufferPointer<UInt8> {
    if used + count > capacity {
      full.append(chunk)
      capacity = max(capacity * 2, count)
      chunk = .allocate(capacity: capacity)
      used = 0
    }
    defer { used += count }
    return UnsafeMutableBufferPointer(start: chunk + used, count: count)
  }

  func copy(_ bytes: Bytes) -> Bytes {
    let room = room(bytes.count)
    _ = room.initialize(fromContentsOf: bytes)
    return Bytes(room)
  }
}
