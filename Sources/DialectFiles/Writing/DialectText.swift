public import SQLRendering

/// Dialects as the text of a file.
public enum DialectText {
  /// Every answer of a dialect, wherever it came from: a file that extends nothing.
  public static func resolved(_ dialect: Dialect) -> String {
    var lines = [
      "format: \(DialectFile.formatVersion)", "name:" + YAMLWriting.value(.text(dialect.name), indent: 0),
      "title:" + YAMLWriting.value(.text(dialect.title), indent: 0), "evidence: \(dialect.evidence.rawValue)",
    ]
    if let page = dialect.documentation { lines.append("documentation:" + YAMLWriting.value(.text(page), indent: 0)) }
    if let shown = dialect.smokeTest { lines.append("smoke_test:" + YAMLWriting.value(.text(shown), indent: 0)) }
    for section in DialectKey.sections {
      lines += ["", section + ":"]
      // A trap that is not answered has no word for it.
      for key in DialectKey.all
      where key.section == section && (key.kind != .trap || key.value(in: dialect) != .none) {
        lines.append("  " + YAMLWriting.key(key.name) + ":" + YAMLWriting.value(key.value(in: dialect), indent: 2))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A file for a new dialect: every key with what it means and what the parent says, to be uncommented where the
  /// engine differs.
  public static func template(name: String, extending parent: Dialect) -> String {
    var lines = [
      "# A dialect for sessionizer; every key: sessionizer's docs/dialects.md.",
      "#",
      "# What is commented out is what \(parent.name) says, and holds until it is answered here. Uncomment a key to answer",
      "# it; sessionizer dialect check FILE says what is wrong or missing. An answer that is only taken over counts as",
      "# assumed: go through the traps first.",
      "",
    ]
    for key in DialectHeader.keys {
      lines += comment(key.meaning)
      switch key.name {
      case "format": lines.append("format: \(DialectFile.formatVersion)")
      case "name": lines.append("name: \(name)")
      case "title": lines.append("title:" + YAMLWriting.value(.text(name), indent: 0))
      case "extends": lines.append("extends: \(parent.name)")
      case "evidence": lines.append("evidence: assumed")
      default: lines.append("# \(key.name): \(key.example)")
      }
    }
    for section in DialectKey.sections {
      lines.append("")
      lines += comment(DialectKey.meaning(ofSection: section))
      lines.append(section + ":")
      for key in DialectKey.all where key.section == section {
        lines += comment(key.fullMeaning, indent: 2)
        let answer = "\(YAMLWriting.key(key.name)):" + YAMLWriting.value(bare(key.value(in: parent)), indent: 0)
        lines += answer.split(separator: "\n", omittingEmptySubsequences: false).map { "  # " + $0 }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// An answer without what stands behind it at the parent: that is not the new dialect's.
  private static func bare(_ value: KeyValue) -> KeyValue { value["answer"] ?? value["state"] ?? value }

  /// Lines of a comment, broken at blanks.
  private static func comment(_ text: String, indent: Int = 0) -> [String] {
    let start = String(repeating: " ", count: indent) + "#"
    var lines = [start]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count + 1 > 118 { lines.append(start) }
      lines[lines.count - 1] += " " + word
    }
    return lines
  }
}

extension DialectKey {
  /// What it means, with its placeholders, its words and what holds without it.
  package var fullMeaning: String {
    var parts = [meaning]
    switch kind {
    case .template(let placeholders) where placeholders.allowed.isEmpty: break
    case .template(let placeholders): parts.append("Placeholders: \(placeholders.words).")
    case .word(let words): parts.append("One of: \(words.joined(separator: ", ")).")
    case .integer(let range): parts.append("From \(range.lowerBound) to \(range.upperBound).")
    case .support: parts.append("One of: \(states.map(\.rawValue).joined(separator: ", ")).")
    default: break
    }
    return parts.joined(separator: " ")
  }
}
