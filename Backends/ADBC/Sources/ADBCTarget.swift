internal import ConnectionCore
internal import Foundation
internal import WarehouseDriver

/// What a target says: `adbc+DIALECT:LOCATION?option=value`, or `adbc:driver=…;entrypoint=…;uri=…`.
///
/// May hold a password, so it is never printed.
struct ADBCTarget: Sendable {
  /// A path or a name; nil goes by the dialect.
  var driver: String?
  var entryPoint: String?
  /// What stands after the scheme in the first form.
  var location: String?
  /// Options of the database, in order.
  var options: [(name: String, value: String)] = []

  /// - Throws: `DriverError` (`badTarget`) that shows nothing of the text
  init(_ text: String) throws(DriverError) {
    if text.utf8.contains(0) { throw Self.wrong("the target contains a NUL character") }
    let word = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    if !word.isEmpty, text[word.endIndex...].first == "=" {
      let string = try ConnectionString(text, kind: "ADBC", form: Self.form)
      for attribute in string.attributes { try take(attribute.key, attribute.value) }
      return
    }
    // What follows the ? of a URL is the URL's.
    let question = text.contains("://") ? nil : text.lastIndex(of: "?")
    location = String(text[..<(question ?? text.endIndex)])
    guard let question else { return }
    for part in text[text.index(after: question)...].split(separator: "&") {
      guard let equals = part.firstIndex(of: "=") else {
        throw Self.wrong("an option after the ? of the target is not name=value")
      }
      let value = String(part[part.index(after: equals)...])
      guard let decoded = value.removingPercentEncoding else {
        throw Self.wrong("an option after the ? of the target has a % that encodes nothing; write %25")
      }
      try take(String(part[..<equals]), decoded)
    }
  }

  private mutating func take(_ name: String, _ value: String) throws(DriverError) {
    guard !name.isEmpty else { throw Self.wrong("an option of the target has no name before its =") }
    switch name.lowercased() {
    case "driver": driver = value
    case "entrypoint": entryPoint = value
    default: options.append((name, value))
    }
  }

  private static func wrong(_ message: String) -> DriverError {
    DriverError(
      .badTarget, phase: .connect, message,
      remedy: "write \(form)")
  }

  private static let form = "adbc+DIALECT:LOCATION?option=value, or adbc:driver=…;uri=…"

  /// Values that no message may show.
  var secrets: [String] {
    var secrets: [String] = []
    for (name, value) in options + [("uri", location ?? "")] {
      if ConnectionString.isSecret(name) { secrets.append(value) }
      // What a URL says before its host.
      if let scheme = value.firstRange(of: "://") {
        let authority = value[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") {
          let password = String(authority[authority.index(after: colon)..<at])
          secrets += [password, password.removingPercentEncoding ?? password]
        }
        for pair in value.split(whereSeparator: { "?&;".contains($0) }).dropFirst() {
          let parts = pair.split(separator: "=", maxSplits: 1)
          if parts.count == 2, ConnectionString.isSecret(String(parts[0])) { secrets.append(String(parts[1])) }
        }
      }
    }
    return secrets.filter { !$0.isEmpty }
  }

  /// The host of a URL, for messages.
  static func host(_ location: String) -> String? {
    guard let scheme = location.firstRange(of: "://") else { return nil }
    let authority = location[scheme.upperBound...].prefix { !"/?;".contains($0) }
    return authority.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init)
  }
}
