/// Finds what a misspelt word was meant to be.
package enum NearestWord {
  /// The nearest of the words, nil where none is near: at most one edit for every three letters, and at least one.
  package static func to(_ word: String, among words: some Sequence<String>) -> String? {
    let wanted = folded(word)
    let limit = max(1, wanted.count / 3)
    return words.map { ($0, distance(wanted, folded($0))) }
      .filter { $0.1 <= limit }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  /// ", did you mean `x`?", or nothing.
  package static func hint(_ word: String, among words: some Sequence<String>) -> String {
    to(word, among: words).map { "did you mean \($0)?" } ?? ""
  }

  private static func folded(_ word: String) -> [Unicode.Scalar] {
    word.lowercased().unicodeScalars.map { $0 == "-" || $0 == " " ? "_" : $0 }
  }

  /// Insertions, deletions, replacements, and swaps of neighbours (optimal string alignment).
  package static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    guard a.count <= 100, b.count <= 100 else { return Int.max }
    var older: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var current = [i + 1]
      for j in 0..<b.count {
        var best = min(previous[j + 1], current[j]) + 1
        best = min(best, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, older[j - 1] + 1) }
        current.append(best)
      }
      older = previous
      previous = current
    }
    return previous[b.count]
  }
}
