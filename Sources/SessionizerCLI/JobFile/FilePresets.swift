internal import BuiltInPresets
internal import YAMLReading

/// Settings for the exports of known products, each a file with the settings of `files:`.
enum FilePresets {
  /// The built-in ones.
  static let names: [String] = entries.map(\.name)

  private static let entries: [(name: String, bytes: [UInt8])] = {
    var count: Int32 = 0
    guard let list = sessionizer_presets(&count) else { return [] }
    return (0..<Int(count)).map { index in
      let entry = list[index]
      return (String(cString: entry.name), Array(UnsafeBufferPointer(start: entry.bytes, count: entry.count)))
    }
  }()

  /// - Parameter preset: a built-in name, or the path of a file
  static func settings(_ preset: String) throws -> FileSettings {
    if let entry = entries.first(where: { $0.name == preset.lowercased() }) {
      return try settings(YAMLText.text(entry.bytes, "\(entry.name).yml"), "\(entry.name).yml")
    }
    guard preset.contains("/") || preset.contains(".") else {
      let hint = NearestWord.hint(preset, among: names)
      throw UsageError(
        "there is no preset \(SettingText.shown(preset)); there are \(names.joined(separator: ", ")), or the path of a file"
          + (hint.isEmpty ? "" : "; \(hint)"))
    }
    return try settings(YAMLText.read(preset, what: "preset"), preset)
  }

  private static func settings(_ yaml: String, _ path: String) throws -> FileSettings {
    guard let root = try YAMLText.root(of: yaml, path: path) else { return FileSettings() }
    let settings = try FileSettings(root, homes: [:])
    if settings.preset != nil { throw UsageError("\(path): a preset cannot name another") }
    return settings
  }
}
