internal import Foundation

/// A message as one line.
public func oneLine(_ message: String) -> String {
  message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// A line whose quoted parts, which may be values, are left out.
package func withoutQuoted(_ line: String) -> String {
  var result = ""
  var open: Character?
  for character in line {
    if let quote = open {
      if character == quote { open = nil }
    } else if character == "\"" || character == "'" || character == "`" {
      open = character
      result += "\(character)…\(character)"
    } else {
      result.append(character)
    }
  }
  return result
}

extension Duration {
  /// Whole milliseconds, rounded up.
  package var milliseconds: Int {
    let (seconds, attoseconds) = components
    let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return Int(min(max(seconds, 0), 2_000_000)) * 1000 + Int(max(part, 0))
  }

  /// Seconds with three decimals, as settings take them: `1.500`.
  package var secondsText: String { String(format: "%.3f", Double(milliseconds) / 1000) }

  /// For people: `5 s`, `1.5 s`, `200 ms`.
  package var words: String {
    let milliseconds = milliseconds
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if milliseconds % 1000 == 0 { return "\(milliseconds / 1000) s" }
    return String(format: "%.1f s", Double(milliseconds) / 1000)
  }
}

extension String {
  /// Without blanks at both ends: drivers fill columns of a fixed length with them.
  package var trimmingBlanks: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
