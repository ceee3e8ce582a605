internal import SessionPlan
internal import YAMLReading

/// The settings' texts, the same for the job file and for the options.
extension SettingText {
  static func gap(_ text: String) throws(SettingError) -> Gap {
    if let gap = Gap(text: text) { return gap }
    let form = "a whole number with a unit, such as 500ms, 10s, 30m or 2h"
    if DurationText.microseconds(text) != nil {
      throw SettingError(message: "\(shown(text)) is no gap: it must be from 1us to 24h")
    }
    throw SettingError(message: "\(shown(text)) is no gap: write \(form)")
  }

  /// A name that goes into SQL between quotes: not empty, and without control characters.
  static func name(_ text: String) throws(SettingError) -> String {
    guard !text.isEmpty else { throw SettingError(message: "a name cannot be empty") }
    guard text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
      throw SettingError(message: "a name cannot have control characters")
    }
    return text
  }

  static func prefix(_ text: String) throws(SettingError) -> String { text.isEmpty ? text : try name(text) }

  static func objectName(_ text: String) throws(SettingError) -> ObjectName {
    guard let name = ObjectName(text: text) else {
      throw SettingError(
        message: "\(shown(text)) is no table name: write name, schema.name or \"odd schema\".\"odd name\", "
          + "at most three parts")
    }
    return try objectName(parts: name.parts)
  }

  static func objectName(parts: [String]) throws(SettingError) -> ObjectName {
    guard (1...3).contains(parts.count) else {
      throw SettingError(message: "a table name has one to three parts, outermost first")
    }
    for part in parts { _ = try name(part) }
    return ObjectName(parts: parts)
  }

  /// The form only: whether an engine knows the zone, its dialect says.
  static func timeZone(_ text: String) throws(SettingError) -> String {
    let bytes = Array(text.utf8)
    if bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-") {
      if bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = Int(text.dropFirst().prefix(2)), hours <= 15,
        let minutes = Int(text.suffix(2)), (0...59).contains(minutes), hours >= 0
      {
        return text
      }
    } else if let first = text.unicodeScalars.first, first.isASCII, first.properties.isAlphabetic,
      text.unicodeScalars.allSatisfy({
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789_+-/".unicodeScalars.contains($0))
      })
    {
      return text
    }
    throw SettingError(
      message: "\(shown(text)) is no time zone: write UTC, an offset such as +02:00, or a name such as Europe/Madrid")
  }

  static func filter(_ text: String) throws(SettingError) -> SourceFilter {
    do {
      return try SourceFilter(text: text)
    } catch {
      throw SettingError(message: "the filter is wrong at \(error)")
    }
  }

  static func overlap(_ text: String) throws(SettingError) -> Overlap {
    if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int64(text) { return .count(count) }
    if let duration = DurationText.microseconds(text) { return .duration(microseconds: duration) }
    throw SettingError(
      message: "\(shown(text)) is no overlap: write a count for ids, such as 10000, or a duration for times, such as 1h"
    )
  }

  static func timeout(_ text: String) throws(SettingError) -> Duration {
    // Engines count milliseconds in 32 bits.
    if let microseconds = DurationText.microseconds(text), (1000...86_400_000_000).contains(microseconds) {
      return .microseconds(microseconds)
    }
    throw SettingError(message: "\(shown(text)) is no timeout: write a duration from 1ms to 24h, such as 30s or 10m")
  }

  /// `name=column`; the name alone stands for both.
  static func attribute(_ text: String) throws(SettingError) -> Attribute {
    let (name, column) = try pair(text, optional: true)
    return Attribute(name: name, column: column)
  }

  /// `object=name`, such as `session_table=my_sessions`.
  static func objectRename(_ text: String) throws(SettingError) -> (object: ObjectNames.Object, name: String) {
    let (object, name) = try pair(text, optional: false)
    return (try choice(object), name)
  }

  private static func pair(_ text: String, optional: Bool) throws(SettingError) -> (String, String) {
    guard let equals = text.unicodeScalars.firstIndex(of: "=") else {
      guard optional else { throw SettingError(message: "\(shown(text)) has no =: write object=name") }
      return (try name(text), text)
    }
    let left = String(text.unicodeScalars[..<equals])
    let right = String(text.unicodeScalars[text.unicodeScalars.index(after: equals)...])
    return (try name(left), try name(right))
  }
}
