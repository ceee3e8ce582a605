internal import Foundation
internal import SessionPlan

/// A message as one line.
func oneLine(_ message: String) -> String {
  message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// A line whose quoted parts, which may be values, are left out.
func withoutQuoted(_ line: String) -> String {
  var result = ""
  var inside = false
  for character in line {
    if character == "\"" {
      if !inside { result += "\"…\"" }
      inside.toggle()
    } else if !inside {
      result.append(character)
    }
  }
  return result
}

/// A name quoted for PostgreSQL: `"odd ""name"`.
func quoted(_ name: String) -> String { "\"" + name.replacing(scalar: "\"", with: "\"\"") + "\"" }

extension Duration {
  /// Whole milliseconds, rounded up, as PostgreSQL's settings take them.
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return Int(min(max(seconds, 0), 2_000_000)) * 1000 + Int(max(part, 0))
  }

  /// For people: `5 s`, `1.5 s`, `200 ms`.
  var words: String {
    let milliseconds = milliseconds
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if milliseconds % 1000 == 0 { return "\(milliseconds / 1000) s" }
    return String(format: "%.1f s", Double(milliseconds) / 1000)
  }
}
