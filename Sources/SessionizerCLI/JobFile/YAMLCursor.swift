internal import Yams

/// A place in a job file: a YAML node, the key that leads to it, and the file, so that every error says where it is.
struct YAMLCursor {
  let file: String
  /// The keys down to here, joined by dots; empty for the whole file.
  let path: String
  let node: Node

  func error(_ message: String) -> JobFileError { error(message, at: node.mark) }

  func error(_ message: String, at mark: Mark?) -> JobFileError {
    JobFileError(
      file: file, line: mark?.line, column: mark?.column, key: path.isEmpty ? nil : path, message: message)
  }

  /// Written as nothing, `null` or `~`, without quotes.
  var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// Nothing, or the word `none` without quotes.
  var isNone: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
    return isNull || scalar.string == "none"
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
  func text(_ example: String) throws(JobFileError) -> String {
    guard case .scalar(let scalar) = node, !isNull else {
      throw error("expected a single value such as \(example), found \(kind)")
    }
    return scalar.string
  }

  /// A single value, read by `parse`, whose error gets this place.
  func value<Value>(
    _ example: String, _ parse: (String) throws(SettingError) -> Value
  ) throws(JobFileError) -> Value {
    let text = try text(example)
    do {
      return try parse(text)
    } catch {
      throw self.error(error.message)
    }
  }

  /// One of the words of a closed choice.
  func word<Value: RawRepresentable & CaseIterable>(_ example: String) throws(JobFileError) -> Value
  where Value.RawValue == String {
    let text = try text(example)
    do {
      return try SettingText.choice(text)
    } catch {
      throw self.error(error.message)
    }
  }

  /// The same as `value`, or nothing at all where `none` is written.
  func choice<Value>(
    _ example: String, _ parse: (String) throws(SettingError) -> Value
  ) throws(JobFileError) -> Choice<Value> {
    isNone ? .none : .use(try value(example, parse))
  }

  /// The entries of a mapping. Nothing is an empty mapping: its entries may all be comments.
  func entries(_ example: String) throws(JobFileError) -> [Entry] {
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
  var elements: [YAMLCursor]? {
    guard case .sequence(let sequence) = node else { return nil }
    return sequence.map { YAMLCursor(file: file, path: path, node: $0) }
  }

  struct Entry {
    var key: String
    var keyPlace: YAMLCursor
    var value: YAMLCursor

    /// An unknown key, with the known one that was probably meant.
    func unknown(known: [String], elsewhere: [String: [String]] = [:]) -> JobFileError {
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
