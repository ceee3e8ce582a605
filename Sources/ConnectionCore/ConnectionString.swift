package import WarehouseDriver

/// A connection string as ODBC defines it (SQLDriverConnect): `key=value;key={value;with;semicolons}`. Targets of ADBC
/// are written so, too.
///
/// May hold a password, so it is never printed.
package struct ConnectionString: Sendable {
  /// In the order in which they were written; the first one of a key counts.
  package private(set) var attributes: [(key: String, value: String)] = []

  /// - Throws: `DriverError` (`badTarget`) that shows nothing of the text.
  ///
  /// - Parameters:
  ///   - kind: for messages
  ///   - form: how it is to be written, for messages
  package init(
    _ text: String, kind: String = "ODBC",
    form: String = "odbc:DSN=NAME, or odbc+DIALECT:Driver=…;Server=…;Database=…"
  ) throws(DriverError) {
    var rest = text.unicodeScalars[...]
    func wrong(_ message: String) -> DriverError {
      DriverError(
        .badTarget, phase: .connect, message,
        remedy: "write \(form)")
    }
    if text.unicodeScalars.contains("\0") { throw wrong("the \(kind) connection string contains a NUL character") }
    while true {
      rest = rest.drop { $0 == ";" || $0.properties.isWhitespace }
      guard !rest.isEmpty else { break }
      guard let equals = rest.firstIndex(of: "="), !rest[..<equals].contains(";") else {
        throw wrong("a part of the \(kind) connection string is not KEY=VALUE")
      }
      let key = Self.trimmed(rest[..<equals])
      guard !key.isEmpty else { throw wrong("a part of the \(kind) connection string has no key before its =") }
      rest = rest[rest.index(after: equals)...].drop { $0.properties.isWhitespace }
      if rest.first == "{" {
        guard let value = Self.braced(&rest) else {
          throw wrong("a { in the \(kind) connection string has no }")
        }
        guard rest.isEmpty || rest.first == ";" else {
          throw wrong("something follows a } in the \(kind) connection string; write a } inside a value twice")
        }
        attributes.append((key, value))
      } else {
        let end = rest.firstIndex(of: ";") ?? rest.endIndex
        attributes.append((key, Self.trimmed(rest[..<end])))
        rest = rest[end...]
      }
    }
    guard !attributes.isEmpty else { throw wrong("the \(kind) target names neither a data source nor a driver") }
  }

  /// The value in braces that begins here; nil where it does not end.
  private static func braced(_ rest: inout Substring.UnicodeScalarView) -> String? {
    var value = String.UnicodeScalarView()
    rest.removeFirst()
    while let scalar = rest.popFirst() {
      if scalar == "}" {
        guard rest.first == "}" else {
          rest = rest.drop { $0.properties.isWhitespace }
          return String(value)
        }
        rest.removeFirst()
      }
      value.append(scalar)
    }
    return nil
  }

  private static func trimmed(_ scalars: Substring.UnicodeScalarView) -> String {
    var scalars = scalars.drop { $0.properties.isWhitespace }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }

  // MARK: What it says

  /// The value of a key, whatever its case.
  package subscript(key: String) -> String? {
    attributes.first { $0.key.lowercased() == key.lowercased() }?.value
  }

  /// Adds attributes, each `KEY=VALUE`, whose keys are not there yet.
  package func adding(_ more: [String]) -> ConnectionString {
    var result = self
    for text in more {
      guard let parsed = try? ConnectionString(text) else { continue }
      for attribute in parsed.attributes where self[attribute.key] == nil { result.attributes.append(attribute) }
    }
    return result
  }

  /// Puts a value in the place of a key's.
  package mutating func replace(_ key: String, with attribute: (key: String, value: String)) {
    attributes.removeAll { $0.key.lowercased() == key.lowercased() }
    attributes.append(attribute)
  }

  /// As it is handed to the driver manager.
  package var text: String {
    attributes.map { key, value in
      // Drivers read braces in different ways, so that they stand only where they must.
      let scalars = value.unicodeScalars
      let isTrimmed =
        !(scalars.first?.properties.isWhitespace ?? false) && !(scalars.last?.properties.isWhitespace ?? false)
      let isBare = isTrimmed && !scalars.contains { ";{}".unicodeScalars.contains($0) }
      return key + "=" + (isBare ? value : "{" + value.replacing("}", with: "}}") + "}")
    }.joined(separator: ";") + ";"
  }

  /// The values that no message may show: passwords and their like, whatever a driver calls them.
  package var secrets: [String] {
    attributes.filter { Self.isSecret($0.key) && !$0.value.isEmpty }.map(\.value)
  }

  package static func isSecret(_ key: String) -> Bool {
    let key = key.lowercased()
    return ["pwd", "pass", "secret", "token", "credential", "private", "apikey", "api_key", "accesskey", "auth_key"]
      .contains { key.contains($0) }
  }

  /// The file name of the driver, where the string names a file.
  package var driverFile: String? {
    guard let driver = self["Driver"], driver.contains("/") else { return nil }
    return driver.split(separator: "/").last.map(String.init)
  }
}
