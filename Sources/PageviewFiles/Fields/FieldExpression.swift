/// What a mapping names: one field, several put together (`date+time`), or the first that is not empty (`a|b`).
///
/// In a name, `\+`, `\|` and `\\` stand for the characters themselves; brackets are left whole.
struct FieldExpression: Hashable, Sendable {
  /// The first of these that is not empty counts; each is the names of fields that are put together.
  var alternatives: [[String]]

  init(names: [[String]]) { alternatives = names }

  init(_ text: String) {
    var alternatives: [[String]] = [[]]
    var name = ""
    var depth = 0
    var isEscaped = false
    func endName() {
      if !name.isEmpty { alternatives[alternatives.count - 1].append(name) }
      name = ""
    }
    for scalar in text.unicodeScalars {
      if isEscaped {
        if !["+", "|", "\\"].contains(scalar) { name.unicodeScalars.append("\\") }
        name.unicodeScalars.append(scalar)
        isEscaped = false
        continue
      }
      switch scalar {
      case "\\": isEscaped = true
      case "|" where depth == 0:
        endName()
        alternatives.append([])
      case "+" where depth == 0: endName()
      default:
        if scalar == "[" { depth += 1 }
        if scalar == "]" { depth = max(0, depth - 1) }
        name.unicodeScalars.append(scalar)
      }
    }
    if isEscaped { name += "\\" }
    endName()
    alternatives.removeAll(where: \.isEmpty)
    self.alternatives = alternatives.isEmpty ? [[text]] : alternatives
  }

  var isSingle: Bool { alternatives.count == 1 && alternatives[0].count == 1 }
}

/// How the parts of a composite are put together.
enum FieldJoin: Hashable, Sendable {
  /// A `-` between the parts, and a backslash before each `-` and backslash in all parts but the last, so that two
  /// different lists of parts never become one key. NULL where a part is empty.
  case key
  /// A blank between them; NULL where a part is empty.
  case time
  /// Nothing between them; NULL where all parts are.
  case text
}
