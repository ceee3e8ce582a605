internal import Foundation

/// Texts near to right ones, for readers that must end whatever they get.
///
/// `SESSIONIZER_FUZZ=1000000` sets how many there are, `SESSIONIZER_SEED` where they begin.
public struct FuzzedTexts: Sendable {
  private static let environment = ProcessInfo.processInfo.environment
  private static let asked = environment["SESSIONIZER_FUZZ"].flatMap { Int($0) }
  private static let first = environment["SESSIONIZER_SEED"].flatMap { Int($0) } ?? 0

  private let seeds: [[UInt8]]
  private let pieces: [[UInt8]]

  /// - Parameters:
  ///   - seeds: right texts
  ///   - pieces: what a reader makes something of, put in anywhere
  public init(_ seeds: [String], pieces: [String]) {
    self.seeds = seeds.map { Array($0.utf8) }
    let odd = ["\0", "\u{FEFF}", "\u{202E}", "é", "\n", "\r\n", "\t", " ", "999999999999999999999", "${", "}", "\u{1}"]
    self.pieces = (pieces + odd).map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80]]
  }

  /// Hands every text to a reader. None may take a second, and together they may take no memory to speak of.
  ///
  /// - Returns: what went wrong, of the first hundred
  public func read(by reader: (String) throws -> Void) -> [String] {
    var faults: [String] = []
    let before = ProcessMemory.resident
    for round in 0..<(Self.asked ?? 4000) {
      let text = text(Self.first + round)
      let start = ContinuousClock.now
      do { try reader(text) } catch { faults.append("text \(Self.first + round): \(error): \(text)") }
      let time = ContinuousClock.now - start
      if time > .seconds(1) { faults.append("text \(Self.first + round) took \(time): \(text)") }
      if faults.count == 100 { break }
    }
    if let before, let after = ProcessMemory.resident, after - before > 200 << 20 {
      faults.append("the memory grew by \((after - before) >> 20) MB")
    }
    return faults
  }

  private func text(_ number: Int) -> String {
    var random = Numbers(state: UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15)
    var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)], at: place)
      case 2 where place < bytes.count:
        bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
      case 3:
        bytes.insert(contentsOf: Array(bytes[place...].prefix(30)), at: Int.random(in: 0...bytes.count, using: &random))
      case 4:
        // Deep, or long.
        let piece = pieces[Int.random(in: 0..<pieces.count, using: &random)]
        let times = Int.random(in: 1...300, using: &random)
        bytes.insert(contentsOf: Array(repeatElement(piece, count: times).joined()), at: place)
      default: bytes = Array(bytes.prefix(place))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}

/// What a reader did that it must not do.
public struct WrongAnswer: Error, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }

  /// An error is one line that says something.
  public static func check(_ error: any Error) throws {
    let words = "\(error)"
    if words.isEmpty || words.contains("\n") { throw WrongAnswer("not one line: \(words)") }
  }
}
