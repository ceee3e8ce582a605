package import Yams

/// A place in a YAML file: a YAML node, the key that leads to it, and the file, so that every error says where it is.
package struct YAMLCursor {
  package let file: String
  /// The keys down to here, joined by dots; empty for the whole file.
  package let path: String
  package let node: Node

  package init(file: String, path: String, node: Node) {
    self.file = file
    self.path = path
    self.node = node
  }

  package func error(_ message: String) -> YAMLFileError { error(message, at: node.mark) }

  package func error(_ message: String, at mark: Mark?) -> YAMLFileError {
    YAMLFileError(
      file: file, line: mark?.line, column: mark?.column, key: path.isEmpty ? nil : path, message: message)
  }

  /// Written as nothing, `null` or `~`, without quotes.
  package var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// Nothing, or the word `none` without quotes.
  package var isNone: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return isNull || scalar.string == "none"
  }

  /// A single value, or nothing.
  package var isScalar: Bool {
    if case .scalar = node { true } else { false }
  }

  private var kind: String {
    switch node {
    case .scalar: isNull ? "nothing" : "a single value"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  /// The text of a single value, whether it looks like a text, a number or a truth value.
  package func text(_ example: String) throws(YAMLFileError) -> String {
    guard case .scalar(let scalar) = node, !isNull else {
      throw error("expected a single value such as \(example), found \(kind)")
    }
    return scalar.string
  }

  /// A single value, read by `parse`, whose error gets this place.
  package func value<Value>(
    _ example: String, _ parse: (String) throws(SettingError) -> Value
  ) throws(YAMLFileError) -> Value {
    let text = try text(example)
    do {
      return try parse(text)
    } catch {
      throw self.error(error.message)
    }
  }

  /// One of the words of a closed choice.
  package func word<Value: RawRepresentable & CaseIterable>(_ example: String) throws(YAMLFileError) -> Value
  where Value.RawValue == String {
    let text = try text(example)
    do {
      return try SettingText.choice(text)
    } catch {
      throw self.error(error.message)
    }
  }

  /// The entries of a mapping. Nothing is an empty mapping: its entries may all be comments.
  package func entries(_ example: String) throws(YAMLFileError) -> [Entry] {
    if isNull { return [] }
    guard case .mapping(let mapping) = node else {
      throw error("expected a mapping such as \(example), found \(kind)")
    }
    var entries: [Entry] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else { throw error("a key is a single word", at: key.mark) }
      let below = path.isEmpty ? scalar.string : path + "." + scalar.string
      entries.append(
        Entry(
          key: scalar.string, keyPlace: YAMLCursor(file: file, path: below, node: key),
          value: YAMLCursor(file: file, path: below, node: value)))
    }
    return entries
  }

  /// The elements of a list, nil where this is no list.
  package var elements: [YAMLCursor]? {
    guard case .sequence(let sequence) = node else { return nil }
    return sequence.map { YAMLCursor(file: file, path: path, node: $0) }
  }

  package struct Entry {
    package var key: String
    package var keyPlace: YAMLCursor
    package var value: YAMLCursor

    /// An unknown key, with the known one that was probably meant.
    package func unknown(known: [String], elsewhere: [String: [String]] = [:]) -> YAMLFileError {
      var message = "unknown key"
      if let home = elsewhere.first(where: { $0.value.contains(key) })?.key {
        message += "; \(key) belongs " + (home.isEmpty ? "to the top level" : "under \(home):")
      } else if let near = NearestWord.to(key, among: known) {
        message += "; did you mean \(near)?"
      } else {
        message += "; known here: " + known.joined(separator: ", ")
      }
      return keyPlace.error(message)
    }
  }
}
