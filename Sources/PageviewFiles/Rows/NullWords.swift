/// Counts users that are one of the words by which programs write NULL.
struct NullWords {
  static let words = [
    "\\N", "NULL", "null", "-", "(not set)", "(none)", "None", "nan", "NaN", "undefined", "N/A", "n/a", "nil", "<null>",
    "[null]", "(null)", "unknown", "anonymous",
  ]

  private static let bytes = words.map { Array($0.utf8) }
  private static let longest = bytes.map(\.count).max() ?? 0
  private var counts: [Int: Int] = [:]

  mutating func see(_ user: Bytes) {
    guard user.count <= Self.longest, let index = Self.bytes.firstIndex(where: user.equals) else { return }
    counts[index, default: 0] += 1
  }

  var notices: [String] {
    counts.sorted { $0.key < $1.key }.map { index, count in
      let word = Self.words[index]
      return "the user is \"\(word)\" on \(count == 1 ? "1 line" : "\(count) lines"), and counts as one user; if that "
        + "means that there is none: --nullstr '\(word)'"
    }
  }
}
