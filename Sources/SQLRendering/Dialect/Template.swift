/// Puts values into the placeholders of a dialect's template, each written `{name}`.
enum Template {
  /// - Throws: `RenderingError` for a placeholder that has no value.
  static func fill(_ template: String, _ values: [String: String], name: String) throws(RenderingError) -> String {
    var result = ""
    result.reserveCapacity(template.utf8.count + values.values.reduce(0) { $0 + $1.utf8.count })
    var rest = template[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      guard let close = rest[open...].firstIndex(of: "}") else { break }
      let placeholder = String(rest[rest.index(after: open)..<close])
      guard let value = values[placeholder] else {
        throw RenderingError(
          dialect: "", node: name, message: "the template names {\(placeholder)}, which this node does not have",
          remedy: "use " + values.keys.sorted().map { "{\($0)}" }.joined(separator: ", "))
      }
      result += value
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}
