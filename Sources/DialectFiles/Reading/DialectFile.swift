internal import SQLRendering
internal import YAMLReading

/// One dialect file as it stands, before what it extends is put under it.
struct DialectFile {
  static let formatVersion = 1

  var path: String
  private var isTrusted = false
  var name = ""
  var title = ""
  /// The name of the dialect that it extends, and where it says so.
  var extends: (name: String, place: YAMLCursor)?
  /// Stands behind its own answers that do not say it themselves.
  var evidence: Dialect.Evidence?
  /// Stands behind the answers that it takes over.
  var inheritedEvidence: Dialect.Evidence?
  var documentation: String?
  /// What a smoke test has shown; it holds for this file's dialect alone.
  var smokeTest: String?
  /// What it says, by the keys' paths.
  var values: [String: KeyValue] = [:]
  /// The keys' own places, of sections too; the whole file's under the empty path.
  var places: [String: YAMLCursor] = [:]

  init(path: String) { self.path = path }

  /// Reads the text of a file as far as it can be read.
  ///
  /// - Parameter isTrusted: whether the file is a part of the program, whose texts were read in review
  /// - Returns: nil where it is no YAML at all
  static func read(
    _ yaml: String, path: String, isTrusted: Bool = false, _ found: inout ProblemList
  ) -> DialectFile? {
    let root = found.attempt { () throws(YAMLFileError) in
      guard let root = try YAMLText.root(of: yaml, path: path) else {
        throw YAMLFileError(file: path, message: "nothing is in it; see sessionizer dialect new")
      }
      return root
    }
    guard let root, let entries = found.attempt({ () throws(YAMLFileError) in try root.entries("name: my_warehouse") })
    else {
      found.isUnreadable = true
      return nil
    }
    var file = DialectFile(path: path)
    file.isTrusted = isTrusted
    file.places[""] = root
    guard file.isReadable(entries, root, &found) else {
      found.isUnreadable = true
      return nil
    }
    for entry in entries { file.read(entry, &found) }
    file.checkHeader(root, &found)
    file.checkPages(&found)
    return file
  }

  /// A file of another version of the format is not looked into.
  private func isReadable(_ entries: [YAMLCursor.Entry], _ root: YAMLCursor, _ found: inout ProblemList) -> Bool {
    guard let format = entries.first(where: { $0.key == "format" }) else {
      found.add(root.missing("format", "write format: \(Self.formatVersion), the version of this file's format"))
      return true
    }
    guard let text = found.attempt({ () throws(YAMLFileError) in try format.value.text("1") }) else { return true }
    guard let version = Int(text) else {
      found.add(format.value.error("\(SettingText.shown(text)) is no version of the format; write 1"))
      return true
    }
    if version == Self.formatVersion { return true }
    found.add(
      format.value.error(
        version > Self.formatVersion
          ? "format \(version) is newer than what this tool reads (\(Self.formatVersion)); update sessionizer"
          : "there is no format \(version); write 1"))
    return false
  }

  private mutating func read(_ entry: YAMLCursor.Entry, _ found: inout ProblemList) {
    let value = entry.value
    places[entry.key] = entry.keyPlace
    switch entry.key {
    case "format": break
    case "name":
      name = found.attempt { () throws(YAMLFileError) in try value.value("my_warehouse", Self.name) } ?? ""
    case "title": title = found.attempt { () throws(YAMLFileError) in try value.text("My Warehouse 3") } ?? ""
    case "extends":
      if value.isNull { return }
      let parent = found.attempt { () throws(YAMLFileError) in try value.value("ansi", Self.name) }
      extends = parent.map { ($0, value) }
    case "evidence": evidence = found.attempt { () throws(YAMLFileError) in try value.word("assumed") }
    case "inherited_evidence":
      inheritedEvidence = found.attempt { () throws(YAMLFileError) in try value.word("assumed") }
    case "documentation":
      documentation = found.attempt { () throws(YAMLFileError) in try value.text("https://…") }
    case "smoke_test":
      smokeTest = found.attempt { () throws(YAMLFileError) in try value.text("parsed by …; translated to …") }
    case let section where DialectKey.sections.contains(section): read(section: entry, &found)
    default: found.add(entry.unknown(known: DialectHeader.names + DialectKey.sections, elsewhere: Self.homes))
    }
  }

  private mutating func read(section: YAMLCursor.Entry, _ found: inout ProblemList) {
    guard
      let entries = found.attempt({ () throws(YAMLFileError) in
        try section.value.entries("\(DialectKey.names(in: section.key)[0]): …")
      })
    else { return }
    for entry in entries {
      guard let key = DialectKey.byPath["\(section.key).\(entry.key)"] else {
        let known = DialectKey.names(in: section.key)
        found.add(section.key == "traps" ? Self.unknownTrap(entry) : entry.unknown(known: known, elsewhere: Self.homes))
        continue
      }
      places[key.path] = entry.value
      guard let value = key.read(entry.value, &found) else { continue }
      values[key.path] = value
      if isTrusted || !TextGuard.isSent(key.path) { continue }
      value.forEachText(key.path) { path, text in
        if let fault = TextGuard.fault(in: text, of: path) { found.add(entry.value.error(fault)) }
      }
    }
  }

  private static func unknownTrap(_ entry: YAMLCursor.Entry) -> YAMLFileError {
    let all = Trap.allCases.map(\.rawValue)
    return entry.keyPlace.error("no such trap; they are \(all[0]) to \(all[all.count - 1])")
  }

  /// Where each key belongs, for those that stand in the wrong place.
  private static let homes: [String: [String]] = {
    var homes = Dictionary(uniqueKeysWithValues: DialectKey.sections.map { ($0, DialectKey.names(in: $0)) })
    homes[""] = DialectHeader.names
    return homes
  }()

  static func name(_ text: String) throws(SettingError) -> String {
    let isName =
      !text.isEmpty
      && text.utf8.allSatisfy {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
      }
    guard isName else {
      throw SettingError(
        message: "\(SettingText.shown(text)) is no dialect's name: write lower-case letters, digits, - and _")
    }
    return text
  }

  private func checkHeader(_ root: YAMLCursor, _ found: inout ProblemList) {
    if places["name"] == nil { found.add(root.missing("name", "write name: my_warehouse")) }
    if places["title"] == nil {
      found.add(root.missing("title", "write title: My Warehouse 3, with the version that the answers are for"))
    }
  }

  /// Documented is what has a page.
  private func checkPages(_ found: inout ProblemList) {
    guard documentation == nil else { return }
    if evidence == .documented, let place = places["evidence"] {
      found.add(place.error("documented where? add documentation: with the page"))
      return
    }
    for key in DialectKey.all where key.kind == .support || key.kind == .trap {
      guard let value = values[key.path], value["evidence"]?.text == Dialect.Evidence.documented.rawValue,
        value["page"] == nil, let place = places[key.path]
      else { continue }
      found.add(place.error("documented where? add page:, or documentation: for the whole file"))
    }
  }
}

extension YAMLCursor {
  /// A key that is not there.
  func missing(_ key: String, _ remedy: String) -> YAMLFileError {
    YAMLFileError(
      file: file, line: node.mark?.line, column: node.mark?.column, key: key, message: "missing answer; " + remedy)
  }
}
