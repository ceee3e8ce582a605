/// What is wrong with the text of a setting, and what to write instead. It does not say where: the file adds the
/// line, the command line the option.
public struct SettingError: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String
  public var description: String { message }

  public init(message: String) { self.message = message }
}

/// Reads texts of settings.
package enum SettingText {
  package static func choice<Value: RawRepresentable & CaseIterable>(
    _ text: String, _ type: Value.Type = Value.self
  ) throws(SettingError) -> Value where Value.RawValue == String {
    if let value = Value(rawValue: text) { return value }
    let words = Value.allCases.map(\.rawValue)
    let hint = NearestWord.hint(text, among: words)
    throw SettingError(
      message: "\(shown(text)) is not one of \(words.joined(separator: ", "))" + (hint.isEmpty ? "" : "; " + hint))
  }

  /// A text in an error message: in quotes, on one line, not endless.
  package static func shown(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(60) {
      result.unicodeScalars.append(scalar.value < 32 || scalar.value == 127 ? "\u{FFFD}" : scalar)
    }
    return "'" + result + (text.unicodeScalars.count > 60 ? "…" : "") + "'"
  }
}
