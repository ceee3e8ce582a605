internal import YAMLReading

/// A target as a job file writes it, with `${NAME}` for the values of environment variables. `$${` stands for `${`
/// itself.
///
/// A value is one value, whatever is in it: it is encoded as the place wants where it stands, so that a password with
/// `@`, `/`, `#`, `%`, `;` or a quote stays a password. Only a variable that stands for a whole target, or for a whole
/// list of settings, is put in as it is.
struct TargetTemplate {
  enum Piece: Hashable {
    case text(String)
    case variable(String)
  }

  let pieces: [Piece]

  /// - Throws: `SettingError` for a `${` that does not end, or holds no name
  init(_ text: String) throws(SettingError) {
    var pieces: [Piece] = []
    var literal = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    func flush() {
      if !literal.isEmpty { pieces.append(.text(String(literal))) }
      literal = String.UnicodeScalarView()
    }
    while let scalar = rest.popFirst() {
      if scalar == "$", rest.starts(with: "${".unicodeScalars) {
        literal.append(contentsOf: "${".unicodeScalars)
        rest = rest.dropFirst(2)
      } else if scalar == "$", rest.first == "{" {
        guard let end = rest.firstIndex(of: "}") else {
          throw SettingError(message: "a ${ has no }; write ${NAME}, or $${ for the characters themselves")
        }
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        guard Self.isName(name) else {
          throw SettingError(message: "${…} holds no variable's name; write ${NAME} with letters, digits and _")
        }
        flush()
        pieces.append(.variable(name))
        rest = rest[rest.index(after: end)...]
      } else {
        literal.append(scalar)
      }
    }
    flush()
    self.pieces = pieces
  }

  /// The names of the variables, in their order.
  var variables: [String] {
    pieces.compactMap { if case .variable(let name) = $0 { name } else { nil } }
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20
      }
  }

  /// The target.
  ///
  /// - Throws: `SettingError` that names a variable which is not set
  func resolved(_ environment: [String: String]) throws(SettingError) -> String {
    var values: [TargetValue] = []
    for piece in pieces {
      switch piece {
      case .text(let text): values.append(TargetValue(text: text, isVariable: false))
      case .variable(let name):
        guard let value = environment[name] else {
          throw SettingError(message: "the variable \(name) is not set; export \(name)=… or choose another target")
        }
        values.append(TargetValue(text: value, isVariable: true))
      }
    }
    return TargetValue.joined(values)
  }
}
