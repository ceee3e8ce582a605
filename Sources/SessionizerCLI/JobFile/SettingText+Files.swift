internal import PageviewFiles
internal import SessionPlan
internal import SessionRunner
internal import YAMLReading

/// The texts of the settings for files, the same for the job file and for the options.
extension SettingText {
  /// One ASCII character, or its name: `tab`, `space`, `\t`, `\x01`.
  static func character(_ text: String) throws(SettingError) -> Unicode.Scalar {
    switch text {
    case "tab", "\\t": return "\t"
    case "space": return " "
    default: break
    }
    if text.hasPrefix("\\x"), text.utf8.count == 4, let code = UInt8(text.dropFirst(2), radix: 16), code > 0,
      code < 128,
      code != 10, code != 13
    {
      return Unicode.Scalar(code)
    }
    let scalars = Array(text.unicodeScalars)
    guard scalars.count == 1, scalars[0].isASCII, !"\r\n\0".unicodeScalars.contains(scalars[0]) else {
      throw SettingError(message: "\(shown(text)) is not one ASCII character")
    }
    return scalars[0]
  }

  static func delimiter(_ text: String) throws(SettingError) -> Unicode.Scalar {
    let character = try character(text)
    guard character != "\"" else { throw SettingError(message: "\(shown(text)) is not one ASCII character") }
    return character
  }

  static func quote(_ text: String) throws(SettingError) -> CSVOptions.Quote {
    text == "none" || text.isEmpty ? .none : .character(try character(text))
  }

  static func timeFormat(_ text: String) throws(SettingError) -> FileTimeFormat {
    if !text.contains("%"), !FileTimeFormat.words.contains(text) {
      let hint = NearestWord.hint(text, among: FileTimeFormat.words)
      throw SettingError(
        message: "\(shown(text)) is not one of \(FileTimeFormat.words.joined(separator: ", ")), nor a pattern such as "
          + "'%d/%m/%Y %H:%M'" + (hint.isEmpty ? "" : "; " + hint))
    }
    do {
      return try FileTimeFormat(text: text)
    } catch {
      throw SettingError(message: error.description)
    }
  }

  static func fileZone(_ text: String) throws(SettingError) -> FileZone {
    switch SourceZone(text) {
    case .utc: return FileZone(offsetMinutes: 0)
    case .offset(let minutes): return FileZone(offsetMinutes: minutes)
    default: break
    }
    if text.contains("/") || text == "UTC" || text == "GMT", let zone = FileZone(identifier: text) { return zone }
    throw SettingError(
      message: "\(shown(text)) is not a time zone that this system knows: write UTC, +02:00, or a name such as "
        + "Europe/Madrid")
  }

  static func logFormat(_ text: String) throws(SettingError) -> LogFormat {
    do {
      return try LogFormat(text: text)
    } catch {
      throw SettingError(message: error.description)
    }
  }

  static func logUser(_ text: String) throws(SettingError) -> LogUser {
    text == "address_and_agent" ? .addressAndAgent : try choice(text)
  }

  static func only(_ text: String) throws(SettingError) -> RowFilter {
    do {
      return try RowFilter(text: text)
    } catch {
      throw SettingError(message: "the filter is wrong at \(error)")
    }
  }

  /// Words between commas.
  static func words(_ text: String) throws(SettingError) -> [String] {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    }.map { String($0) }
    guard words.allSatisfy({ !$0.isEmpty }) else {
      throw SettingError(message: "\(shown(text)) is not a list of words between commas")
    }
    return words
  }

  static func methods(_ text: String) throws(SettingError) -> [String] { try words(text).map { $0.uppercased() } }

  static func suffixes(_ text: String) throws(SettingError) -> [String] {
    if text == "none" { return [] }
    return try words(text).map { $0.lowercased() }.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 }
  }

  /// `200-299,304`
  static func statuses(_ text: String) throws(SettingError) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for word in try words(text) {
      let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first, let low = first, let last = ends.last, let high = last, ends.count <= 2,
        low <= high,
        (100...999).contains(low), (100...999).contains(high)
      else { throw SettingError(message: "\(shown(word)) is not a status or a range of them: write 200-299,304") }
      ranges.append(low...high)
    }
    return ranges
  }

  static func count(_ text: String) throws(SettingError) -> Int {
    guard let count = Int(text), count >= 0, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw SettingError(message: "\(shown(text)) is not a whole number of 0 or more")
    }
    return count
  }

  /// A count, or a share such as `5%`.
  static func faultLimit(_ text: String) throws(SettingError) -> FaultLimit {
    guard text.hasSuffix("%") else {
      guard let count = try? count(text) else {
        throw SettingError(message: "\(shown(text)) is not a count of 0 or more, nor a share such as 5%")
      }
      return .count(count)
    }
    guard let share = Double(text.dropLast()), (0...100).contains(share) else {
      throw SettingError(message: "\(shown(text)) is not a share: write one from 0% to 100%")
    }
    return .percent(share)
  }

  static func truth(_ text: String) throws(SettingError) -> Bool {
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw SettingError(message: "\(shown(text)) is not one of true, false")
    }
  }
}
