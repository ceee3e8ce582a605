internal import SQLRendering

/// The placeholders of a template, written as words: `name columns` must both be there, `type?` may be, and of
/// `seconds|milliseconds` at least one.
package struct Placeholders: Hashable, Sendable, ExpressibleByStringLiteral {
  /// One of each group must be there.
  package var required: [[String]] = []
  package var optional: [String] = []

  package init(stringLiteral words: String) {
    for word in words.split(separator: " ") {
      if word.hasSuffix("?") {
        optional.append(String(word.dropLast()))
      } else {
        required.append(word.split(separator: "|").map(String.init))
      }
    }
  }

  package var allowed: [String] { required.flatMap(\.self) + optional }

  /// What is wrong with a template; nil if nothing is.
  func fault(in template: String) -> String? {
    let found = Template.placeholders(in: template)
    let known = allowed
    if let name = found.first(where: { !known.contains($0) }) {
      // A brace that is not closed takes what follows, on other lines too.
      let unknown = name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard !known.isEmpty else { return "unknown placeholder {\(unknown)}; this template has none" }
      let near = known.map { "{\($0)}" }.joined(separator: ", ")
      return "unknown placeholder {\(unknown)}; there are \(near)"
    }
    if let missing = required.first(where: { !$0.contains(where: found.contains) }) {
      let names = missing.map { "{\($0)}" }.joined(separator: " or ")
      return "the template lacks the placeholder \(names)"
    }
    return nil
  }

  /// For people: `{name}, {columns}, optional {type}`.
  package var words: String {
    let must = required.map { $0.map { "{\($0)}" }.joined(separator: " or ") }
    return (must + optional.map { "{\($0)} if need be" }).joined(separator: ", ")
  }
}
