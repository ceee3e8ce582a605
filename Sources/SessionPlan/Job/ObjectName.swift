/// The name of a table or view, with its schema (and catalog) where one is given: `analytics.pageviews`.
public struct ObjectName: Hashable, Sendable, Codable {
  /// One to three parts, outermost first, each exactly as the database spells it (unquoted, case kept).
  public let parts: [String]

  public init(_ name: String) {
    parts = [name]
  }

  public init(parts: [String]) {
    precondition(!parts.isEmpty, "a name has at least one part")
    self.parts = parts
  }

  /// Reads `name`, `schema.name` or `"odd.schema"."Odd ""name"`; nil for an empty part or an open quote.
  public init?(text: String) {
    var parts: [String] = []
    var quoted = false
    var wasQuoted = false
    var characters = Array(text.unicodeScalars)[...]
    var scalars = String.UnicodeScalarView()
    func finished() -> String? { scalars.isEmpty ? nil : String(scalars) }
    while let next = characters.popFirst() {
      switch (next, quoted) {
      case ("\"", true) where characters.first == "\"":
        scalars.append("\"")
        characters.removeFirst()
      case ("\"", true): quoted = false
      case ("\"", false) where scalars.isEmpty && !wasQuoted:
        quoted = true
        wasQuoted = true
      case ("\"", false): return nil
      case (".", false):
        guard let part = finished() else { return nil }
        parts.append(part)
        scalars = String.UnicodeScalarView()
        wasQuoted = false
      default:
        if wasQuoted && !quoted { return nil }
        scalars.append(next)
      }
    }
    guard !quoted, let last = finished() else { return nil }
    parts.append(last)
    guard parts.count <= 3 else { return nil }
    self.parts = parts
  }

  /// The innermost part: the table's own name.
  public var last: String { parts[parts.count - 1] }

  /// Another object in the same schema.
  public func sibling(_ name: String) -> ObjectName { ObjectName(parts: parts.dropLast() + [name]) }
}

extension ObjectName: CustomStringConvertible {
  /// As `init(text:)` reads it.
  public var description: String {
    parts.map { part in
      let plain = part.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" }
      return plain ? part : "\"" + part.replacing(scalar: "\"", with: "\"\"") + "\""
    }.joined(separator: ".")
  }
}
