import Foundation
import PageviewFiles
import SessionPlan
import WarehouseDriver

@testable import PageviewFiles

/// A file that exists in memory only, and comes in pieces of a chosen size.
final class ArraySource: ByteSource {
  private var rest: ArraySlice<UInt8>
  private let pieceSizes: [Int]
  private var piece = 0

  init(_ bytes: [UInt8], pieceSizes: [Int] = [.max]) {
    rest = bytes[...]
    self.pieceSizes = pieceSizes
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    let count = min(rest.count, buffer.count, pieceSizes[piece % pieceSizes.count])
    piece += 1
    buffer.copyBytes(from: rest.prefix(count))
    rest = rest.dropFirst(count)
    return count
  }
}

/// A pageview as bytes: Swift's strings are equal where their bytes are not.
struct Pageview: Equatable, CustomStringConvertible {
  var event: [UInt8]
  var user: [UInt8]
  var time: Int64
  var page: [UInt8]?
  var attributes: [[UInt8]?] = []
  /// Not part of a pageview's content.
  var sequence: Int64?

  static func == (left: Pageview, right: Pageview) -> Bool {
    left.event == right.event && left.user == right.user && left.time == right.time && left.page == right.page
      && left.attributes == right.attributes
  }

  init(_ event: String, _ user: String, _ time: Int64, _ page: String?, _ attributes: [String?] = []) {
    self.event = Array(event.utf8)
    self.user = Array(user.utf8)
    self.time = time
    self.page = page.map { Array($0.utf8) }
    self.attributes = attributes.map { $0.map { Array($0.utf8) } }
  }

  init(_ batch: RecordBatch, _ row: Int) {
    func text(_ column: Int) -> [UInt8]? {
      if batch.columns[column].isNull(row) { return nil }
      switch batch.columns[column].values {
      case .text(let texts): return Array(texts.utf8(row))
      case .int64(let values): return Array(String(values[row]).utf8)
      default: return nil
      }
    }
    event = text(0) ?? []
    user = text(1) ?? []
    guard case .timestamp(let times) = batch.columns[2].values else { preconditionFailure("no time column") }
    time = times[row]
    page = text(3)
    attributes = batch.schema.indices.dropFirst(4).filter { batch.schema[$0].name != "sequence" }.map(text)
    if let index = batch.index(of: "sequence"), case .int64(let numbers) = batch.columns[index].values {
      sequence = numbers[row]
    }
  }

  var description: String {
    let page = page.map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
    return "\(String(decoding: event, as: UTF8.self))|\(String(decoding: user, as: UTF8.self))|\(time)|\(page)"
  }
}

struct Loaded: Equatable {
  var rows: [Pageview] = []
  var faults: [LineFault] = []
  var summary: LoadSummary?

  var reasons: [FaultReason] { faults.map(\.reason) }
  var events: [String] { rows.map { String(decoding: $0.event, as: UTF8.self) } }
}

func load(
  _ bytes: [UInt8], pieceSizes: [Int] = [.max], path: String = "test.csv", _ options: LoadOptions = LoadOptions()
) throws(FileFault) -> Loaded {
  let source = ArraySource(bytes, pieceSizes: pieceSizes)
  return try drain(PageviewFileReader(path: path, source: source, options: options))
}

func load(
  _ text: String, path: String = "test.csv", _ options: LoadOptions = LoadOptions()
) throws(FileFault) -> Loaded {
  try load(Array(text.utf8), path: path, options)
}

func drain(_ reader: PageviewFileReader) throws(FileFault) -> Loaded {
  var loaded = Loaded()
  while let batch = try reader.next() {
    for row in 0..<batch.rows.rowCount { loaded.rows.append(Pageview(batch.rows, row)) }
    loaded.faults += batch.faults
  }
  loaded.summary = reader.summary
  return loaded
}

func fault(
  _ bytes: [UInt8], path: String = "test.csv", _ options: LoadOptions = LoadOptions()
) -> FileFault? {
  do throws(FileFault) {
    _ = try load(bytes, path: path, options)
    return nil
  } catch { return error }
}

func fault(_ text: String, path: String = "test.csv", _ options: LoadOptions = LoadOptions()) -> FileFault? {
  fault(Array(text.utf8), path: path, options)
}

/// Microseconds of a time in canonical form.
func at(_ text: String) -> Int64 { Timestamp(text: text)?.microseconds ?? .min }

/// Numbers for property tests; a failure prints its seed.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

/// What this thread has used of the processor: others at work do not count.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
