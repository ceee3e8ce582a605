/// Counts users that are probably none: words by which programs write NULL, and numbers that were rounded.
struct NullWords {
  static let words = [
    "\\N", "NULL", "null", "-", "(not set)", "(none)", "None", "nan", "NaN", "undefined", "N/A", "n/a", "nil", "<null>",
    "[null]", "(null)", "unknown", "anonymous",
  ]

  private static let bytes = words.map { Array($0.utf8) }
  private static let longest = bytes.map(\.count).max() ?? 0
  private var counts: [Int: Int] = [:]
  /// Numbers as a spreadsheet rounds them.
  private var rounded = 0
  private var roundedExample = ""

  mutating func see(_ user: Bytes) {
    if Self.isRounded(user) {
      if rounded == 0 { roundedExample = String(decoding: user, as: UTF8.self) }
      rounded += 1
    }
    guard user.count <= Self.longest, let index = Self.bytes.firstIndex(where: user.equals) else { return }
    counts[index, default: 0] += 1
  }

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
    counts.sorted { $0.key < $1.key }.map { index, count in
      let word = Self.words[index]
      return "the user is \"\(word)\" on \(count == 1 ? "1 line" : "\(count) lines"), and counts as one user; if that "
        + "means that there is none: --nullstr '\(word)'"
    }
  }
}
