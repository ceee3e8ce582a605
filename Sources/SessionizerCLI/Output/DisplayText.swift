internal import SessionPlan
internal import WarehouseDriver

/// Texts as they can be shown to a person: one line each, without anything that a terminal would obey.
enum DisplayText {
  /// Control characters, and those that turn the direction of writing, are written as escapes.
  static func visible(_ text: ArraySlice<UInt8>) -> String {
    visible(String(decoding: text, as: UTF8.self), keeping: "")
  }

  static func visible(_ text: String) -> String { visible(text, keeping: "") }

  /// The same for text of several lines, such as SQL: line breaks and tabs stay.
  static func visibleLines(_ text: String) -> String { visible(text, keeping: "\n\t") }

  private static func visible(_ decoded: String, keeping kept: String) -> String {
    func isUnsafe(_ scalar: Unicode.Scalar) -> Bool { Self.isUnsafe(scalar) && !kept.unicodeScalars.contains(scalar) }
    guard decoded.unicodeScalars.contains(where: isUnsafe) else { return decoded }
    var result = ""
    for scalar in decoded.unicodeScalars {
      guard isUnsafe(scalar) else {
        result.unicodeScalars.append(scalar)
        continue
      }
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Control characters of both sets; what ends a line, turns the direction of writing, or annotates unseen.
    case ..<0x20, 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFFF9...0xFFFB,
      0xE0000...0xE007F:
      true
    default: false
    }
  }

  /// The number of columns that a text takes in a terminal: near enough for every script, and exact for most.
  static func width(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // An emoji's variation selector makes it wide; what joins to it takes no room of its own.
      width = max(width, scalar == "\u{FE0F}" ? 2 : self.width(scalar))
    }
    return width
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case ..<0x300: return scalar == "\u{AD}" ? 0 : 1
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return 2
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }

  /// The text cut to a width, with an ellipsis where something is missing.
  static func cut(_ text: String, to limit: Int) -> String {
    guard width(text) > limit else { return text }
    var result = ""
    var used = 0
    for character in text {
      let next = width(character)
      if used + next > limit - 1 { break }
      result.append(character)
      used += next
    }
    return result + "…"
  }

  /// A cell of a batch, nil at a NULL.
  static func cell(_ column: ColumnVector, _ row: Int) -> String? {
    if column.isNull(row) { return nil }
    return switch column.values {
    case .int64(let values): String(values[row])
    case .double(let values): "\(values[row])"
    case .timestamp(let values): Timestamp(microseconds: values[row]).description
    case .text(let values): visible(values.utf8(row))
    }
  }
}
