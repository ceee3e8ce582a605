import ArgumentParser
import Foundation
import PageviewFiles
import Testing
import YAMLReading

@testable import SessionizerCLI

@Suite struct FileSettingsTests {
  static let pairs: [(yaml: String, options: [String])] = [
    ("preset: ga4", ["--preset", "ga4"]), ("format: jsonl", ["--file-format", "jsonl"]),
    ("map: {user_id: a+b, event_id: none}", ["--map", "user_id=a+b", "--map", "event_id=none"]),
    ("delim: tab", ["--delim", "tab"]), ("delim: ';'", ["--delimiter", ";"]), ("delim: '\\x01'", ["--delim", "\\x01"]),
    ("quote: none", ["--quote", "none"]), ("quote: \"'\"", ["--quote", "'"]), ("escape: '\\'", ["--escape", "\\"]),
    ("nullstr: '-'", ["--nullstr=-"]), ("nullstr: [a, b]", ["--nullstr", "a", "--nullstr", "b"]),
    ("skip: 3", ["--skip", "3"]), ("comment: '#'", ["--comment", "#"]), ("null_padding: true", ["--null-padding"]),
    ("header: false", ["--no-header"]), ("header: true", ["--header"]), ("names: [a, b]", ["--names", "a, b"]),
    ("trim: true", ["--trim"]), ("trim: false", ["--no-trim"]), ("encoding: latin-1", ["--encoding", "latin-1"]),
    ("time_format: '%d/%m/%Y'", ["--file-time-format", "%d/%m/%Y"]),
    ("time_format: epoch_ns", ["--file-time-format", "epoch_ns"]),
    ("time_zone: Europe/Madrid", ["--file-time-zone", "Europe/Madrid"]),
    ("time_zone: '-09:30'", ["--file-time-zone=-09:30"]), ("log_format: COMBINED", ["--log-format", "COMBINED"]),
    ("log_user: address+agent", ["--log-user", "address+agent"]),
    ("log_user: address_and_agent", ["--log-user", "address_and_agent"]),
    ("log_methods: 'get,POST'", ["--log-methods", "GET,post"]),
    ("log_status: 200-299,304", ["--log-status", "200-299,304"]),
    ("log_redirects: true", ["--log-redirects"]), ("log_skip_suffixes: '.css,JS'", ["--log-skip-suffixes", "css,js"]),
    ("log_skip_suffixes: none", ["--log-skip-suffixes", "none"]), ("log_query: keep", ["--log-query", "keep"]),
    ("all_requests: true", ["--all-requests"]), ("only: \"a like 'x%'\"", ["--only", "a like 'x%'"]),
    ("sequence: true", ["--sequence"]), ("sequence: false", ["--no-sequence"]),
    ("require_event_ids: true", ["--require-event-ids"]), ("max_bad: 5%", ["--max-bad", "5%"]),
    ("max_bad: 7", ["--max-bad", "7"]),
  ]

  @Test(arguments: pairs.indices) func fileAndOptionsMeanTheSame(index: Int) throws {
    let pair = Self.pairs[index]
    let file = try JobFile(yaml: "files:\n  \(pair.yaml)", path: "j.yml").files
    let options = try FileOptions.parse(pair.options).settings
    #expect(file == options)
    #expect(file != FileSettings())
    // An option wins, and other settings of the file stay.
    #expect(FileSettings().overridden(by: options) == options)
    let key = pair.yaml.prefix(while: { $0 != ":" })
    for other in Self.pairs where other.yaml.prefix(while: { $0 != ":" }) != key {
      let both = try JobFile(yaml: "files:\n  \(other.yaml)\n  \(pair.yaml)", path: "j.yml").files
      let option = try FileOptions.parse(other.options).settings
      #expect(file.overridden(by: option) == both, "\(other.yaml)")
    }
  }

  /// Every key has a pair above.
  @Test func everyKeyIsTested() {
    let tested = Set(Self.pairs.map { String($0.yaml.prefix { $0 != ":" }) })
    #expect(tested == Set(FileSettings.keys))
  }

  @Test(arguments: [
    ("dlim: x", "j.yml:2:3: files.dlim: unknown key; did you mean delim?"),
    ("gap: 1m", "j.yml:2:3: files.gap: unknown key; gap belongs to the top level"),
    ("delim: ab", "j.yml:2:10: files.delim: 'ab' is not one ASCII character"),
    ("time_format: '%Q'", "j.yml:2:16: files.time_format: '%Q' is not known in a pattern of times"),
    ("time_zone: Mars/Base", "j.yml:2:14: files.time_zone: 'Mars/Base' is not a time zone that this system knows"),
    ("log_format: NOPE", "j.yml:2:15: files.log_format: 'NOPE' is not a log format"),
    ("only: a ~ 1", "j.yml:2:9: files.only: the filter is wrong at character 3"),
    ("max_bad: 120%", "j.yml:2:12: files.max_bad: '120%' is not a share: write one from 0% to 100%"),
    ("map: {usr: x}", "j.yml:2:9: files.map.usr: unknown key"),
    ("log_status: 20", "j.yml:2:15: files.log_status: '20'"),
  ]) func mistakesSayWhere(yaml: String, message: String) {
    let error = #expect(throws: YAMLFileError.self) { try JobFile(yaml: "files:\n  \(yaml)", path: "j.yml") }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ["--map", "user_id=a", "--map", "user_id=b"], ["--map", "user=a"], ["--delim", "é"], ["--max-bad", "x"],
    ["--file-time-format", "epoch"], ["--skip", "-1"], ["--log-user", "me"], ["--encoding", "ebcdic"],
  ]) func optionsThatCannotBe(arguments: [String]) {
    #expect(throws: (any Error).self) { try FileOptions.parse(arguments) }
  }

  @Test func everyPresetIsInTheBinaryAndCanBeRead() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources/BuiltInPresets/Presets")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == FilePresets.names.map { "\($0).yml" })
    for name in FilePresets.names {
      let preset = try FilePresets.settings(name)
      #expect(preset != FileSettings())
      #expect(preset.only != nil)
    }
    #expect(throws: UsageError.self) { try FilePresets.settings("ga5") }
    // A line of Snowplow's has all its columns.
    #expect(try FilePresets.settings("snowplow").names?.count == 131)
  }

  @Test func aPresetOfOnesOwn() throws {
    let folder = try TemporaryFolder()
    let own = try folder.file("own.yml", "map:\n  user_id: who\ndelim: ;\n")
    #expect(try FilePresets.settings(own).delimiter == ";")
    let broken = try folder.file("broken.yml", "map:\n  who: user_id\n")
    #expect(throws: YAMLFileError.self) { try FilePresets.settings(broken) }
  }
}
