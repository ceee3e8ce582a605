/// Puts values into the placeholders of a dialect's template, each written `{name}`.
package enum Template {
  /// The placeholders that a template names, in order, each once.
  package static func placeholders(in template: String) -> [String] {
    var result: [String] = []
    var rest = template.utf8[...]
    while let open = rest.firstIndex(of: UInt8(ascii: "{")),
      let close = rest[open...].firstIndex(of: UInt8(ascii: "}"))
    {
      let name = String(decoding: rest[rest.index(after: open)..<close], as: UTF8.self)
      if !result.contains(name) { result.append(name) }
      rest = rest[rest.index(after: close)...]
    }
    return result
  }

  /// - Throws: `RenderingError` for a placeholder that has no value.
  static func fill(_ template: String, _ values: [String: String], name: String) throws(RenderingError) -> String {
    // By bytes: braces are ASCII, and characters are slow.
    var result: [UInt8] = []
    result.reserveCapacity(template.utf8.count + values.values.reduce(0) { $0 + $1.utf8.count })
    var rest = template.utf8[...]
    while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
      result += rest[..<open]
      guard let close = rest[open...].firstIndex(of: UInt8(ascii: "}")) else {
        rest = rest[open...]
        break
      }
      let placeholder = String(decoding: rest[rest.index(after: open)..<close], as: UTF8.self)
      guard let value = values[placeholder] else {
        throw RenderingError(
          dialect: "", node: name, message: "the template names {\(placeholder)}, which this node does not have",
          remedy: "use " + values.keys.sorted().map { "{\($0)}" }.joined(separator: ", "))
      }
      result += value.utf8
      rest = rest[rest.index(after: close)...]
    }
    return String(decoding: result + rest, as: UTF8.self)
  }
}
