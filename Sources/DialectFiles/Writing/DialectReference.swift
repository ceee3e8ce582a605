/// The reference of all keys, as `docs/dialects.md` shows it. A test compares the page with it.
package enum DialectReference {
  package static var markdown: String {
    var lines = ["### The file itself", "", "| key | meaning | without it | example |", "|---|---|---|---|"]
    for key in DialectHeader.keys {
      lines.append(row(["`\(key.name)`", key.meaning, key.standard ?? "must be there", code(key.example)]))
    }
    for section in DialectKey.sections {
      lines += ["", "### `\(section)`", "", DialectKey.meaning(ofSection: section), ""]
      lines += ["| key | meaning | without it | example |", "|---|---|---|---|"]
      for key in DialectKey.all where key.section == section {
        lines.append(row(["`\(key.name)`", key.fullMeaning, standard(key), code(key.exampleText)]))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func standard(_ key: DialectKey) -> String {
    guard let value = key.standard else { return "must be there" + (key.isOptional ? ", `~` for none" : "") }
    return switch value {
    case .none: "`~`: none"
    case .mapping(let entries) where !entries.isEmpty: code(entries["state"]?.text ?? "")
    default: code(YAMLWriting.value(value, indent: 0).trimmed)
    }
  }

  private static func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }

  private static func code(_ text: String) -> String { "`" + text.replacing("\n", with: " ") + "`" }
}

extension DialectKey {
  /// The example as it could stand in a file, on one line.
  package var exampleText: String {
    YAMLWriting.flow(example)
  }
}

extension String {
  fileprivate var trimmed: String { String(trimmingPrefix { $0 == " " }) }
}
