import Testing
import WarehouseDriver

@testable import SessionRunner

/// The merge and the checksums of `compare`, against sets counted one by one.
@Suite struct RowMergeTests {
  /// Rows from an array.
  private struct ArrayReader: RowReader {
    var rows: [ComparedRow]
    var position = 0

    mutating func next() -> ComparedRow? {
      guard position < rows.count else { return nil }
      position += 1
      return rows[position - 1]
    }
  }

  /// SplitMix64.
  private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private struct Counts: Equatable {
    var onlyHere = 0
    var onlyThere = 0
    var changed = 0
  }

  /// Texts that Swift takes for equal, and such as differ by their length alone.
  private static let texts = ["", "a", "a\0", "é", "e\u{301}", "Bob", "bob", "12345678", "123456789"]

  private static func row(_ random: inout Random, ids: Int, isText: Bool) -> ComparedRow {
    let number = Int.random(in: 0..<ids, using: &random)
    let id: ComparedValue =
      number == 0 ? .null : isText ? .text(Array("id\(number)".utf8)) : .integer(Int64(number) - 3)
    func text() -> ComparedValue {
      Bool.random(using: &random) ? .null : .text(Array((texts.randomElement(using: &random) ?? "").utf8))
    }
    return ComparedRow([id, .timestamp(Int64.random(in: -1...1, using: &random)), text(), text()])
  }

  /// Two sets of which one is the other with some rows gone, some new, some altered.
  private static func pair(_ seed: UInt64) -> (here: [ComparedRow], there: [ComparedRow]) {
    var random = Random(state: seed)
    let isText = Bool.random(using: &random)
    let ids = Int.random(in: 2...40, using: &random)
    let here = (0..<Int.random(in: 0...60, using: &random)).map { _ in row(&random, ids: ids, isText: isText) }
    var there = here
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      switch Int.random(in: 0..<3, using: &random) {
      case 0 where !there.isEmpty: there.remove(at: Int.random(in: 0..<there.count, using: &random))
      case 1 where !there.isEmpty:
        let index = Int.random(in: 0..<there.count, using: &random)
        there[index].values[1] = .timestamp(7)
      default: there.append(row(&random, ids: ids, isText: isText))
      }
    }
    return (here.shuffled(using: &random), there.shuffled(using: &random))
  }

  /// The rows of a set that the other does not have, each as often as it has it more.
  private static func surplus(_ rows: [ComparedRow], over others: [ComparedRow]) -> [ComparedRow] {
    var rest = others
    return rows.filter { row in
      guard let index = rest.firstIndex(of: row) else { return true }
      rest.remove(at: index)
      return false
    }
  }

  private static func counted(_ here: [ComparedRow], _ there: [ComparedRow]) -> Counts {
    let mine = surplus(here, over: there)
    let theirs = surplus(there, over: here)
    var counts = Counts()
    for id in Set((mine + theirs).map { $0.values[0] }) {
      let (a, b) = (mine.filter { $0.values[0] == id }.count, theirs.filter { $0.values[0] == id }.count)
      let pairs = id == .null ? 0 : min(a, b)
      counts.changed += pairs
      counts.onlyHere += a - pairs
      counts.onlyThere += b - pairs
    }
    return counts
  }

  @Test(arguments: 0..<400) func mergeFindsWhatSetsFind(seed: UInt64) async throws {
    let (here, there) = Self.pair(seed)
    // Within one id the order is the engine's.
    var left = ArrayReader(rows: here.sorted { $0.values[0] < $1.values[0] })
    var right = ArrayReader(rows: there.sorted { $0.values[0] < $1.values[0] })
    var found = Counts()
    try await RowMerge.run(&left, &right, names: ("a", "b")) { difference in
      switch difference {
      case .onlyHere(let row):
        found.onlyHere += 1
        #expect(here.contains(row))
      case .onlyThere(let row):
        found.onlyThere += 1
        #expect(there.contains(row))
      case .changed(let a, let b):
        found.changed += 1
        #expect(a.values[0] == b.values[0] && a != b && here.contains(a) && there.contains(b))
      }
    }
    #expect(found == Self.counted(here, there))
  }

  @Test func aStreamOutOfOrderIsAnError() async throws {
    var left = ArrayReader(rows: [3, 1].map { ComparedRow([.integer($0)]) })
    var right = ArrayReader(rows: [1, 3].map { ComparedRow([.integer($0)]) })
    await #expect(throws: RunnerError.self) { try await RowMerge.run(&left, &right, names: ("a", "b")) { _ in } }
  }

  // MARK: Checksums

  private static func batch(_ rows: [ComparedRow]) -> RecordBatch {
    let isText = rows.contains { if case .text = $0.values[0] { true } else { false } }
    var batch = RecordBatch(
      schema: [
        BatchColumn("id", isText ? .text : .int64), BatchColumn("at", .timestamp), BatchColumn("a", .text),
        BatchColumn("b", .text),
      ])
    for row in rows {
      for (index, value) in row.values.enumerated() {
        switch value {
        case .null: batch.columns[index].appendNull()
        case .integer(let number), .timestamp(let number): batch.columns[index].append(number)
        case .double(let number): batch.columns[index].append(number)
        case .text(let bytes): bytes.withUnsafeBufferPointer { batch.columns[index].append(utf8: $0) }
        }
      }
    }
    return batch
  }

  private static func sums(_ rows: [ComparedRow], batches: Int) -> Checksums {
    var sums = Checksums()
    let size = max(1, rows.count / batches)
    for start in stride(from: 0, to: rows.count, by: size) {
      sums.add(batch(Array(rows[start..<min(start + size, rows.count)])))
    }
    return sums
  }

  /// Equal sets have equal sums in any order; of sets that differ, each difference lies in a bucket that differs.
  @Test(arguments: 0..<200) func checksumsFindEveryDifference(seed: UInt64) {
    let (here, there) = Self.pair(seed)
    var random = Random(state: seed ^ 1)
    let first = Self.sums(here, batches: 1)
    #expect(first == Self.sums(here.shuffled(using: &random), batches: 3))
    #expect(first.rows == here.count)
    let other = Self.sums(there, batches: 2)
    let differing = first.differing(from: other)
    let surplus = (Self.surplus(here, over: there), Self.surplus(there, over: here))
    #expect((first == other) == (surplus.0.isEmpty && surplus.1.isEmpty))
    #expect((first.text == other.text) == (first == other))
    for row in surplus.0 + surplus.1 {
      #expect(differing[Checksums.buckets(Self.batch([row]))[0]], "\(row)")
    }
  }

  /// NULL, an empty text, and values that wander from one column into the next are told apart.
  @Test func checksumsTellColumnsApart() {
    func text(_ text: String?) -> ComparedValue { text.map { .text(Array($0.utf8)) } ?? .null }
    let pairs: [(String?, String?)] = [
      (nil, nil), ("", nil), (nil, ""), ("", ""), ("a", "b"), ("ab", ""), ("", "ab"), ("b", "a"), ("a\0", "b"),
      ("12345678", ""), ("", "12345678"), ("é", ""), ("e\u{301}", ""),
    ]
    let all = pairs.map { pair in
      Self.sums([ComparedRow([.integer(1), .timestamp(0), text(pair.0), text(pair.1)])], batches: 1).text
    }
    #expect(Set(all).count == pairs.count)
  }
}
