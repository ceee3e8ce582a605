internal import WarehouseDriver

/// 128 bits that stand for one row.
///
/// Not for use against somebody who makes rows to deceive it; two databases that differ by accident have the same sums
/// once in 2^64 times at the very most.
struct RowHash: Hashable, Sendable {
  private(set) var low: UInt64 = 0x9E37_79B9_7F4A_7C15
  private(set) var high: UInt64 = 0xC2B2_AE3D_27D4_EB4F

  /// A bijection of each half, so that no earlier content is lost.
  @inline(__always)
  mutating func mix(_ word: UInt64) {
    low = (low ^ word) &* 0xFF51_AFD7_ED55_8CCD
    low ^= low >> 32
    high = (high ^ (word << 29 | word >> 35)) &* 0xC4CE_B9FE_1A85_EC53
    high ^= high >> 29
  }

  mutating func mix(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset + 8 <= bytes.count {
      mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    var rest: UInt64 = 0
    var shift: UInt64 = 0
    while offset < bytes.count {
      rest |= UInt64(bytes[offset]) << shift
      shift += 8
      offset += 1
    }
    mix(rest)
    // The length tells `a` from `a` with a zero byte behind.
    mix(UInt64(bytes.count))
  }

  mutating func finish() {
    for _ in 0..<2 { mix(low ^ high) }
  }
}

/// Sums of row hashes in buckets of ids. They do not depend on the order of the rows, so that engines need not sort.
struct Checksums: Equatable, Sendable {
  struct Sum: Equatable, Sendable {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var rows = 0
  }

  /// How many buckets; a difference has only its bucket's rows looked at.
  static let width = 4096

  private(set) var sums = Array(repeating: Sum(), count: width)

  var rows: Int { sums.reduce(0) { $0 + $1.rows } }

  /// Buckets in which two differ.
  func differing(from other: Checksums) -> [Bool] { zip(sums, other.sums).map { $0 != $1 } }

  /// How many rows some buckets have.
  func rows(in buckets: [Bool]) -> Int { zip(sums, buckets).reduce(0) { $0 + ($1.1 ? $1.0.rows : 0) } }

  /// All rows as 32 hexadecimal digits: equal rows give equal digits, on any engine.
  var text: String {
    let (low, high) = sums.reduce((UInt64(0), UInt64(0))) { ($0.0 &+ $1.low, $0.1 &+ $1.high) }
    return [high, low].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  mutating func add(_ batch: RecordBatch) {
    guard batch.rowCount > 0 else { return }
    let ids = Self.hashes(batch, columns: 0..<1)
    let rows = Self.hashes(batch, columns: 0..<batch.columns.count)
    for row in rows.indices {
      let bucket = Self.bucket(id: ids[row], row: rows[row], isNull: batch.columns[0].isNull(row))
      sums[bucket].low &+= rows[row].low
      sums[bucket].high &+= rows[row].high
      sums[bucket].rows += 1
    }
  }

  /// The bucket of each row.
  static func buckets(_ batch: RecordBatch) -> [Int] {
    let ids = hashes(batch, columns: 0..<1)
    // Rows without an id are told apart by all that they have.
    let rows = batch.columns[0].nulls.contains(true) ? hashes(batch, columns: 0..<batch.columns.count) : ids
    return ids.indices.map { bucket(id: ids[$0], row: rows[$0], isNull: batch.columns[0].isNull($0)) }
  }

  private static func bucket(id: RowHash, row: RowHash, isNull: Bool) -> Int {
    Int((isNull ? row : id).low >> 20) & (width - 1)
  }

  /// The hash of some columns of each row, column by column.
  private static func hashes(_ batch: RecordBatch, columns: Range<Int>) -> [RowHash] {
    var hashes = Array(repeating: RowHash(), count: batch.rowCount)
    for column in columns {
      let vector = batch.columns[column]
      func each(_ tag: UInt64, _ body: (inout RowHash, Int) -> Void) {
        for row in hashes.indices {
          if vector.isNull(row) {
            hashes[row].mix(0)
          } else {
            hashes[row].mix(tag)
            body(&hashes[row], row)
          }
        }
      }
      switch vector.values {
      case .int64(let values): each(1) { $0.mix(UInt64(bitPattern: values[$1])) }
      case .double(let values): each(2) { $0.mix(values[$1].bitPattern) }
      case .timestamp(let values): each(3) { $0.mix(UInt64(bitPattern: values[$1])) }
      case .text(let texts):
        texts.bytes.withUnsafeBytes { bytes in
          each(4) { hash, row in
            hash.mix(UnsafeRawBufferPointer(rebasing: bytes[texts.offsets[row]..<texts.offsets[row + 1]]))
          }
        }
      }
    }
    for row in hashes.indices { hashes[row].finish() }
    return hashes
  }
}
