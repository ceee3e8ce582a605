internal import SessionPlan

/// The values that histories are drawn from: each is there because some engine gets it wrong.
enum HistoryPalette {
  static let composed = "b\u{F3}b"
  static let decomposed = "bo\u{301}b"

  /// Case pairs, trailing blanks, composed and decomposed letters, emoji, a user before and after all of them.
  static let users: [ByteKey] = [
    "Bob", "bob", "bob ", ByteKey(composed), ByteKey(decomposed), "\u{1F642}", "\u{1F643}", "u", "v", "\u{FFFF}", "1",
    "a,\"b\"",
  ]
  static let integerUsers: [ByteKey] = ["1", "2", "10", "-3"]
  static let pages: [ByteKey?] = [
    "/", "/a", "/A", "/a ", nil, "", "/b,\"c\"", "/d\ne", "/\u{E9}", "/e\u{301}", "-", "1:/",
  ]
  /// Fronts of text ids. Two ids may differ in the front alone.
  static let idFronts = ["e", "E", "\u{E9}", "e\u{301}", "z", "\u{1F642}", "\u{FFFF}", "-", "1"]

  static let gaps: [Int64] = [
    1, 2, 3, 10, 1_000_000, 1_500_001, 10_000_000, 1_800_000_000, 1_800_000_000, 1_800_000_000, 86_400_000_000,
  ]

  /// Starts of timelines: today's, before 1970, a day of a clock change, the two ends of the range, and fractions.
  static let eras: [Int64] = [
    1_580_648_116_000_000, 1_580_648_118_999_999, 0, -1, -1_500_000, -2_208_988_800_000_001, 1_774_746_000_000_000,
    -11_676_096_000_000_000, RowRules.earliest, RowRules.earliest + 1, RowRules.end - 100_000_000,
    253_370_764_800_000_000,
  ]

  /// The same for a type that holds the years 1970 to 2038.
  static let narrowEras: [Int64] = [
    1_000_000, 1_580_648_116_000_000, 1_580_648_118_999_999, 1_774_746_000_000_000, 1_761_440_400_000_000,
  ]

  /// The distance to the next pageview: on the gap's grid, with many ties.
  static func distance(_ gap: Int64, _ random: inout SplitMix64) -> Int64 {
    let grid: [Int64] = [
      0, 0, 0, 1, gap / 2, gap / 2, gap / 3, gap - 1, gap - 1, gap, gap, gap + 1, gap + 1, gap + gap / 2, 2 * gap - 1,
      2 * gap, 2 * gap + 1, 3 * gap, 5 * gap + 7,
    ]
    return random.pick(grid)
  }

  /// NULL comes first; 10 comes after 2, which texts do not; the two ends of the type.
  static let sequences: [Int64?] = [nil, nil, 0, 1, 2, 2, 3, 10, -1, .min, .max]

  /// Times that a source can hold and no job sessionizes.
  static let outOfRange: [Int64] = [RowRules.earliest - 1, RowRules.earliest - 86_400_000_000, RowRules.end]

  /// The same for a column of a time type: infinity, before Christ, years of five digits.
  static let outOfRangeTyped: [SourceTime] =
    outOfRange.map(SourceTime.at) + [
      .infinite(isLate: false), .infinite(isLate: true), .at(-63_549_360_000_000_000), .at(253_402_300_800_000_000),
      .at(253_402_300_799_999_999), .at(8_210_266_876_799_000_000),
    ]

  static func uuid(_ random: inout SplitMix64) -> ByteKey {
    let digits = Array("0123456789abcdef".utf8)
    var bytes = (0..<32).map { _ in digits[random.below(16)] }
    for place in [20, 16, 12, 8] { bytes.insert(UInt8(ascii: "-"), at: place) }
    return ByteKey(bytes)
  }

  /// A key of so many bytes that does not compress: digits of a random number.
  static func longKey(_ count: Int, _ random: inout SplitMix64) -> ByteKey {
    ByteKey((0..<count).map { _ in UInt8(97 + random.below(26)) })
  }
}
