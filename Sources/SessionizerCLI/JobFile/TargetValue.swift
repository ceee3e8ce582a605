/// A part of a target: text of the file's own, or the value of a variable, to be encoded as its place wants.
struct TargetValue {
  var text: String
  var isVariable: Bool

  /// The target that the parts make. The scheme, which says what kind it is, is never a variable's: of a target that is
  /// one variable as a whole, everything stays as it is.
  static func joined(_ values: [TargetValue]) -> String {
    let beginning = values.first.map { $0.isVariable ? "" : $0.text.lowercased() } ?? ""
    let scheme = beginning.prefix { $0 != ":" && $0 != "+" }
    guard scheme.utf8.count < beginning.utf8.count else { return values.map(\.text).joined() }
    switch scheme {
    case "postgres", "postgresql":
      return beginning.dropFirst(scheme.utf8.count + 1).hasPrefix("//") ? url(values) : keywords(values)
    case "odbc": return ConnectionStringTemplate(values).text
    default: return values.map(\.text).joined()
    }
  }

  // MARK: postgres://user:password@host/database?setting=value

  private static func url(_ values: [TargetValue]) -> String {
    var before = ""
    return values.enumerated().reduce(into: "") { result, value in
      let (index, part) = value
      guard part.isVariable else {
        before += part.text
        result += part.text
        return
      }
      let later = values[(index + 1)...].map { $0.isVariable ? "x" : $0.text }.joined()
      result += encodedInURL(part.text, before: before.drop { $0 != "/" }.dropFirst(2), later: later)
      before += "x"
    }
  }

  private static func encodedInURL(_ value: String, before: Substring, later: String) -> String {
    if let query = before.firstIndex(of: "?") {
      // The value of a setting; a whole list of settings stands for itself.
      let setting = before[query...].split(separator: "&", omittingEmptySubsequences: false).last ?? ""
      return setting.contains("=") ? percentEncoded(value) : value
    }
    // User and password stand before the @, hosts and ports after it.
    let isHost = !before.contains("/") && !later.prefix { $0 != "/" && $0 != "?" }.contains("@")
    return percentEncoded(value, allowing: isHost ? ":,[]" : "")
  }

  private static func percentEncoded(_ value: String, allowing more: String = "") -> String {
    var result = ""
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case _ where more.utf8.contains(byte): result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
      }
    }
    return result
  }

  // MARK: postgres:host=… password='…'

  /// A backslash keeps a blank, a quote or a backslash, inside of quotes and outside. A whole list of settings stands
  /// for itself.
  private static func keywords(_ values: [TargetValue]) -> String {
    var hasSetting = false
    return values.reduce(into: "") { result, part in
      hasSetting = hasSetting || (!part.isVariable && part.text.contains("="))
      guard part.isVariable, hasSetting else {
        result += part.text
        return
      }
      for scalar in part.text.unicodeScalars {
        if scalar == "'" || scalar == "\\" || scalar.properties.isWhitespace { result += "\\" }
        result.unicodeScalars.append(scalar)
      }
    }
  }
}

/// An ODBC connection string in which some characters are a variable's: they never end a value, or begin another.
private struct ConnectionStringTemplate {
  private struct Sign {
    var scalar: Unicode.Scalar
    var isVariable: Bool

    func isOwn(_ other: Unicode.Scalar) -> Bool { !isVariable && scalar == other }
  }

  private(set) var text = ""

  init(_ values: [TargetValue]) {
    let signs = values.flatMap { value in
      value.text.unicodeScalars.map { Sign(scalar: $0, isVariable: value.isVariable) }
    }
    var part: [Sign] = []
    var isBraced = false
    for (index, sign) in signs.enumerated() {
      if sign.isOwn(";"), !isBraced {
        text += Self.text(part) + ";"
        part = []
        continue
      }
      if isBraced, sign.isOwn("}") {
        // Two stand for one.
        isBraced = index + 1 < signs.count && signs[index + 1].isOwn("}")
      } else if sign.isOwn("{"), Self.isAtBeginOfValue(part) {
        isBraced = true
      }
      part.append(sign)
    }
    text += Self.text(part)
  }

  private static func isAtBeginOfValue(_ part: [Sign]) -> Bool {
    guard let equals = part.firstIndex(where: { $0.isOwn("=") }) else { return false }
    return part[(equals + 1)...].allSatisfy { !$0.isVariable && $0.scalar.properties.isWhitespace }
  }

  /// `KEY=value`, in braces where it must be.
  private static func text(_ part: [Sign]) -> String {
    func plain(_ signs: some Sequence<Sign>) -> String {
      signs.reduce(into: "") { $0.unicodeScalars.append($1.scalar) }
    }
    // A whole list of settings stands for itself.
    guard part.contains(where: \.isVariable), let equals = part.firstIndex(where: { $0.isOwn("=") }) else {
      return plain(part)
    }
    func isBlank(_ sign: Sign) -> Bool { !sign.isVariable && sign.scalar.properties.isWhitespace }
    let key = plain(part[...equals])
    var value = part[(equals + 1)...].drop(while: isBlank)
    if value.first?.isOwn("{") ?? false {
      return key
        + value.reduce(into: "") { result, sign in
          if sign.isVariable, sign.scalar == "}" { result += "}" }
          result.unicodeScalars.append(sign.scalar)
        }
    }
    while let last = value.last, isBlank(last) { value.removeLast() }
    let written = plain(value)
    let isTrimmed =
      !(value.first?.scalar.properties.isWhitespace ?? false) && !(value.last?.scalar.properties.isWhitespace ?? false)
    if isTrimmed, !value.contains(where: { ";{}".unicodeScalars.contains($0.scalar) }) { return key + written }
    return key + "{" + written.replacing("}", with: "}}") + "}"
  }
}
