/// Counts users that are probably none: words by which programs write NULL, and numbers that were rounded.
struct NullWords {
  /// In lower case: programs write them in letters of either.
  static let words = [
    "\\n", "null", "-", "--", "(not set)", "(none)", "none", "nan", "-nan", "nat", "undefined", "n/a", "#n/a", "na",
    "<na>", "n.a.", "nil", "<null>", "[null]", "(null)", "$null$", "unknown", "anonymous", "(other)", "{}", "?",
    "[object object]", "#value!", "#ref!", "missing", "empty", "0", "00000000-0000-0000-0000-000000000000",
  ]

  private static let bytes = Set(words.map { Array($0.utf8) })
  /// By first byte and length, so that a usual user costs one look.
  private static let mayBe: [Bool] = {
    var table = [Bool](repeating: false, count: 256 * (longest + 1))
    for word in bytes { table[Int(word[0]) * (longest + 1) + word.count] = true }
    return table
  }()
  private static let longest = words.map(\.utf8.count).max() ?? 0
  /// By the word as it is written.
  private var counts: [[UInt8]: Int] = [:]
  /// Numbers as a spreadsheet rounds them.
  private var rounded = 0
  private var roundedExample = ""

  mutating func see(_ user: Bytes) {
    if Self.isRounded(user) {
      if rounded == 0 { roundedExample = String(decoding: user, as: UTF8.self) }
      rounded += 1
    }
    guard let first = user.first, user.count <= Self.longest,
      Self.mayBe[Int(Self.lowerCase(first)) * (Self.longest + 1) + user.count],
      Self.bytes.contains(user.map(Self.lowerCase))
    else { return }
    counts[Array(user), default: 0] += 1
  }

  private static func lowerCase(_ byte: UInt8) -> UInt8 { 65...90 ~= byte ? byte | 0x20 : byte }

  /// `1.77236E+12`
  private static func isRounded(_ user: Bytes) -> Bool {
    guard let first = user.first, 48...57 ~= first, user.count >= 5, user.count <= 24 else { return false }
    guard let mark = user.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }), mark + 2 < user.count else {
      return false
    }
    return user[mark + 1] == UInt8(ascii: "+") && user[(mark + 2)...].allSatisfy { 48...57 ~= $0 }
      && user[..<mark].allSatisfy { 48...57 ~= $0 || $0 == UInt8(ascii: ".") || $0 == ASCII.comma }
  }

  var notices: [String] { nullNotices + roundedNotices }

  private var roundedNotices: [String] {
    guard rounded > 0 else { return [] }
    return [
      "\(rounded == 1 ? "1 user looks" : "\(rounded) users look") like a number that a spreadsheet has rounded "
        + "(\(roundedExample)): different users may have become one; export the column as text"
    ]
  }

  private var nullNotices: [String] {
    counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { bytes, count in
      let word = String(decoding: bytes, as: UTF8.self)
      return "the user is \"\(word)\" on \(count == 1 ? "1 line" : "\(count) lines"), and counts as one user; if that "
        + "means that there is none: --nullstr '\(word)'"
    }
  }
}
