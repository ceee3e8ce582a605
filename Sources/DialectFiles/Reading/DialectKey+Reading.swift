internal import SQLRendering
internal import YAMLReading

extension DialectKey {
  /// Reads what a file says for this key.
  ///
  /// - Returns: nil, and a problem more, where that is wrong
  func read(_ cursor: YAMLCursor, _ found: inout ProblemList) -> KeyValue? {
    if cursor.isNull, isOptional || kind == .jobLock {
      if case .list = kind { return .list([]) }
      if case .requirements = kind { return .records([]) }
      return KeyValue.none
    }
    switch kind {
    case .text, .template: return Self.text(cursor, kind.placeholders, shortExample, &found)
    case .integer(let range): return integer(cursor, range, &found)
    case .flag: return flag(cursor, &found)
    case .word(let words): return word(cursor, words, &found)
    case .list(let placeholders): return list(cursor, placeholders, &found)
    case .lists:
      guard let entries = found.attempt({ () throws(YAMLFileError) in try cursor.entries("driver: [Setting=1]") })
      else { return nil }
      var lists: [String: KeyValue] = [:]
      for entry in entries { lists[entry.key] = list(entry.value, nil, &found) }
      return .mapping(lists)
    case .jobLock: return jobLock(cursor, &found)
    case .words(let words): return namedWords(cursor, words, &found)
    case .requirements: return requirements(cursor, &found)
    case .spool: return spool(cursor, &found)
    case .support: return answer(cursor, "state", &found)
    case .trap: return answer(cursor, "answer", &found)
    }
  }

  /// The example on one line, for error messages.
  var shortExample: String {
    switch example {
    case .none: "~"
    case .text(let text): "'" + text.split(separator: "\n").joined(separator: " ") + "'"
    case .integer(let value): String(value)
    case .flag(let value): String(value)
    case .list(let list): "[" + list.map { "'\($0)'" }.joined(separator: ", ") + "]"
    case .mapping: "a mapping"
    case .records: "a list of mappings"
    }
  }

  // MARK: Kinds

  /// Line breaks at the end are those of the file, not of the text.
  private static func text(
    _ cursor: YAMLCursor, _ placeholders: Placeholders?, _ example: String, _ found: inout ProblemList
  ) -> KeyValue? {
    if cursor.isNull {
      found.add(
        cursor.error("expected a text such as \(example), found nothing; quote a word such as 'NULL', or write ''"))
      return nil
    }
    guard var text = found.attempt({ () throws(YAMLFileError) in try cursor.text(example) }) else { return nil }
    while text.utf8.last == UInt8(ascii: "\n") { text.unicodeScalars.removeLast() }
    if let fault = placeholders?.fault(in: text) {
      found.add(cursor.error(fault))
      return nil
    }
    return .text(text)
  }

  private func integer(
    _ cursor: YAMLCursor, _ range: ClosedRange<Int>, _ found: inout ProblemList
  ) -> KeyValue? {
    guard let text = found.attempt({ () throws(YAMLFileError) in try cursor.text(shortExample) }) else { return nil }
    if let value = Int(text), range.contains(value) { return .integer(value) }
    found.add(
      cursor.error("\(SettingText.shown(text)) is no whole number from \(range.lowerBound) to \(range.upperBound)"))
    return nil
  }

  private func flag(_ cursor: YAMLCursor, _ found: inout ProblemList) -> KeyValue? {
    guard let text = found.attempt({ () throws(YAMLFileError) in try cursor.text(shortExample) }) else { return nil }
    switch text {
    case "true": return .flag(true)
    case "false": return .flag(false)
    default:
      found.add(cursor.error("\(SettingText.shown(text)) is neither true nor false"))
      return nil
    }
  }

  private func word(_ cursor: YAMLCursor, _ words: [String], _ found: inout ProblemList) -> KeyValue? {
    found.attempt { () throws(YAMLFileError) in
      .text(
        try cursor.value(shortExample) { text throws(SettingError) in
          if words.contains(text) { return text }
          let hint = NearestWord.hint(text, among: words)
          throw SettingError(
            message: "\(SettingText.shown(text)) is not one of \(words.joined(separator: ", "))"
              + (hint.isEmpty ? "" : "; " + hint))
        })
    }
  }

  private func list(
    _ cursor: YAMLCursor, _ placeholders: Placeholders?, _ found: inout ProblemList
  ) -> KeyValue? {
    guard let elements = cursor.elements else {
      found.add(cursor.error("expected a list such as \(shortExample)"))
      return nil
    }
    let texts = elements.map { Self.text($0, placeholders, "'…'", &found)?.text }
    return texts.contains(nil) ? nil : .list(texts.compactMap(\.self))
  }

  private func jobLock(_ cursor: YAMLCursor, _ found: inout ProblemList) -> KeyValue? {
    if cursor.isScalar { return word(cursor, ["transaction", "process"], &found) }
    guard let entries = found.attempt({ () throws(YAMLFileError) in try cursor.entries("acquire: SELECT …") }) else {
      return nil
    }
    var parts: [String: KeyValue] = [:]
    for entry in entries {
      guard Self.jobLockStatements.contains(entry.key) else {
        found.add(entry.unknown(known: Self.jobLockStatements))
        continue
      }
      if entry.key == "holder", entry.value.isNull {
        parts[entry.key] = KeyValue.none
      } else {
        parts[entry.key] = Self.text(entry.value, Self.jobLockPlaceholders, "'SELECT …'", &found)
      }
    }
    return .mapping(parts)
  }

  private func namedWords(_ cursor: YAMLCursor, _ words: [String], _ found: inout ProblemList) -> KeyValue? {
    guard let entries = found.attempt({ () throws(YAMLFileError) in try cursor.entries("name: word") }) else {
      return nil
    }
    var values: [String: KeyValue] = [:]
    for entry in entries { values[entry.key] = word(entry.value, words, &found) }
    return .mapping(values)
  }

  private func spool(_ cursor: YAMLCursor, _ found: inout ProblemList) -> KeyValue? {
    guard let entries = found.attempt({ () throws(YAMLFileError) in try cursor.entries("limited: '{query} …'") }) else {
      return nil
    }
    let known = ["drivers"] + Self.spoolStatements.map(\.name)
    var parts: [String: KeyValue] = [:]
    for entry in entries {
      if entry.key == "drivers" {
        parts[entry.key] = list(entry.value, nil, &found)
      } else if let part = Self.spoolStatements.first(where: { $0.name == entry.key }) {
        parts[entry.key] = Self.text(entry.value, part.placeholders, "'…'", &found)
      } else {
        found.add(entry.unknown(known: known))
      }
    }
    for name in known where !entries.contains(where: { $0.key == name }) {
      found.add(cursor.error("no \(name)"))
    }
    return .mapping(parts)
  }

  private func requirements(_ cursor: YAMLCursor, _ found: inout ProblemList) -> KeyValue? {
    guard let elements = cursor.elements else {
      found.add(cursor.error("expected a list of mappings with \(Self.requirementParts.joined(separator: ", "))"))
      return nil
    }
    var records: [[String: String]] = []
    for element in elements {
      guard let entries = found.attempt({ () throws(YAMLFileError) in try element.entries("query: SELECT …") }) else {
        return nil
      }
      var record: [String: String] = [:]
      for entry in entries {
        guard Self.requirementParts.contains(entry.key) else {
          found.add(entry.unknown(known: Self.requirementParts))
          continue
        }
        record[entry.key] = Self.text(entry.value, nil, "'…'", &found)?.text
      }
      for part in Self.requirementParts where record[part] == nil {
        found.add(element.error("a requirement has no \(part)"))
      }
      records.append(record)
    }
    return .records(records)
  }

  /// A capability or a trap: the plain answer, or a mapping with its evidence.
  private func answer(_ cursor: YAMLCursor, _ main: String, _ found: inout ProblemList) -> KeyValue? {
    if cursor.isScalar { return mainAnswer(cursor, &found).map { .mapping([main: $0]) } }
    let known = [main, "evidence", "page"]
    guard let entries = found.attempt({ () throws(YAMLFileError) in try cursor.entries("\(main): …") }) else {
      return nil
    }
    var parts: [String: KeyValue] = [:]
    for entry in entries {
      switch entry.key {
      case main: parts[main] = mainAnswer(entry.value, &found)
      case "evidence":
        let evidence: Dialect.Evidence? = found.attempt { () throws(YAMLFileError) in try entry.value.word("assumed") }
        parts["evidence"] = evidence.map { .text($0.rawValue) }
      case "page": parts["page"] = Self.text(entry.value, nil, "https://…", &found)
      default: found.add(entry.unknown(known: known))
      }
    }
    return .mapping(parts)
  }

  private func mainAnswer(_ cursor: YAMLCursor, _ found: inout ProblemList) -> KeyValue? {
    if kind == .support { return word(cursor, states.map(\.rawValue), &found) }
    let answer = Self.text(cursor, nil, shortExample, &found)
    if answer == .text("") {
      found.add(cursor.error("unanswered trap: \(meaning)"))
      return nil
    }
    return answer
  }
}

extension DialectKey.Kind {
  var placeholders: Placeholders? {
    if case .template(let placeholders) = self { placeholders } else { nil }
  }
}
