/// Two hashes of 64 bits, which have nothing in common.
struct ContentHash: Hashable {
  var first: UInt64
  var second: UInt64
}

/// Hashes texts with keys that are random in each process, so that no file can be written against them.
///
/// It multiplies 16 bytes at a time, as wyhash does. The standard library's hasher takes several times as long for
/// texts of the length of user agents; this one is as little collision-resistant to somebody who knows the keys.
struct ContentHasher {
  private let keys: (UInt64, UInt64, UInt64, UInt64)

  init() {
    var random = SystemRandomNumberGenerator()
    keys = (random.next(), random.next(), random.next(), random.next())
  }

  func hash(_ text: Bytes) -> ContentHash { hash(text, after: ContentHash(first: keys.0, second: keys.1)) }

  func hash(_ number: Int64, after start: ContentHash) -> ContentHash {
    let bits = UInt64(bitPattern: number)
    return ContentHash(
      first: Self.mix(bits ^ keys.2, start.first ^ keys.0), second: Self.mix(bits ^ keys.3, start.second ^ keys.1))
  }

  /// What was hashed before, and then a text; nil is another than the empty one.
  func hash(_ text: Bytes?, after start: ContentHash) -> ContentHash {
    guard let text else { return hash(-1, after: start) }
    guard let base = UnsafeRawPointer(text.baseAddress), !text.isEmpty else { return hash(0, after: start) }
    var (first, second) = (start.first, start.second)
    let count = text.count
    var offset = 0
    while count - offset > 16 {
      let left = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let right = base.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
      first = Self.mix(left ^ keys.2, right ^ first)
      second = Self.mix(right ^ keys.3, left ^ second)
      offset += 16
    }
    // The last 1 to 16 bytes; parts may overlap, since the length goes in, too.
    let (left, right) = Self.tail(base + offset, count - offset)
    first = Self.mix(left ^ keys.2, right ^ first)
    second = Self.mix(right ^ keys.3, left ^ second)
    return hash(Int64(count), after: ContentHash(first: first, second: second))
  }

  private static func tail(_ base: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
    if count >= 8 {
      return (
        base.loadUnaligned(as: UInt64.self), base.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
      )
    }
    if count >= 4 {
      return (
        UInt64(base.loadUnaligned(as: UInt32.self)),
        UInt64(base.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
      )
    }
    func byte(_ index: Int) -> UInt64 { UInt64(base.load(fromByteOffset: index, as: UInt8.self)) }
    return (byte(0) << 16 | byte(count / 2) << 8 | byte(count - 1), 0)
  }

  @inline(__always)
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
