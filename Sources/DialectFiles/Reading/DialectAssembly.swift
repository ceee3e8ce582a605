internal import SQLRendering
internal import YAMLReading

/// Puts a dialect together from its file and those that it extends.
struct DialectAssembly {
  /// The outermost ancestor first; the dialect's own file last.
  let files: [DialectFile]

  private var own: DialectFile { files[files.count - 1] }

  /// - Returns: nil, and problems more, where answers are missing
  func dialect(_ found: inout ProblemList) -> Dialect? {
    var dialect = Dialect.unanswered
    dialect.name = own.name
    dialect.title = own.title
    dialect.evidence = own.evidence ?? .assumed
    dialect.documentation = own.documentation
    dialect.smokeTest = own.smokeTest
    let before = found.problems.count
    for key in DialectKey.all {
      let answer =
        switch key.kind {
        case .support: layered(key, "state")
        case .trap: layered(key, "answer")
        default: plain(key)
        }
      if let answer, isWhole(answer, key, &found) {
        key.set(&dialect, answer)
      } else if answer == nil, let standard = key.standard {
        key.set(&dialect, standard)
      } else if answer == nil {
        found.add(missing(key))
      }
    }
    return found.problems.count == before ? dialect : nil
  }

  /// What neither the file nor those that it extends say a word of, though a dialect must: how a node is written, or ~
  /// for one that it cannot write, and the traps that were added to the format.
  var unanswered: [YAMLFileError] {
    DialectKey.all.filter { key in
      switch key.kind {
      case .trap: layered(key, "answer") == nil
      default: key.section == "templates" && plain(key) == nil
      }
    }.map(missing)
  }

  private func plain(_ key: DialectKey) -> KeyValue? {
    files.reduce(nil as KeyValue?) { value, file in
      guard let next = file.values[key.path] else { return value }
      return value?.overridden(by: next) ?? next
    }
  }

  /// An answer with its evidence, which inheriting weakens: what is known of one engine is not known of the next.
  private func layered(_ key: DialectKey, _ main: String) -> KeyValue? {
    var parts: [String: KeyValue]?
    for file in files {
      guard case .mapping(let said)? = file.values[key.path] else {
        parts?.weaken(to: file.inheritedEvidence ?? .assumed)
        continue
      }
      if said[main] != nil {
        parts = said
        if said["evidence"] == nil { parts?["evidence"] = .text((file.evidence ?? .assumed).rawValue) }
      } else {
        parts?.weaken(to: file.inheritedEvidence ?? .assumed)
        parts?.merge(said) { $1 }
      }
      if parts?.evidence == .documented, parts?["page"] == nil {
        parts?["page"] = file.documentation.map(KeyValue.text)
      }
    }
    return parts?[main] == nil ? nil : parts.map(KeyValue.mapping)
  }

  /// Whether a mapping has all that it needs.
  private func isWhole(_ answer: KeyValue, _ key: DialectKey, _ found: inout ProblemList) -> Bool {
    guard key.kind == .jobLock, case .mapping(let parts) = answer else { return true }
    for name in ["acquire", "release"] where parts[name] == nil {
      var problem = missing(key)
      problem.key = key.path + "." + name
      problem.message = "missing answer; the statement that \(name)s the lock"
      found.add(problem)
      return false
    }
    return true
  }

  private func missing(_ key: DialectKey) -> YAMLFileError {
    let remedy =
      key.kind == .trap
      ? "unanswered trap: \(key.meaning) Answer it in one sentence"
      : "missing answer: \(key.meaning) For example: \(key.shortExample)"
        + (key.section == "templates" ? "; or ~ where the engine cannot" : "")
    let place = own.places[key.section] ?? own.places[""]
    return YAMLFileError(
      file: own.path, line: place?.node.mark?.line, column: place?.node.mark?.column, key: key.path,
      message: remedy)
  }
}

extension [String: KeyValue] {
  fileprivate var evidence: Dialect.Evidence? { self["evidence"]?.text.flatMap(Dialect.Evidence.init) }

  fileprivate mutating func weaken(to strongest: Dialect.Evidence) {
    self["evidence"] = .text(Swift.min(evidence ?? .assumed, strongest).rawValue)
  }
}
