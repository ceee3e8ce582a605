internal import PageviewFiles
internal import YAMLReading

extension FileSettings {
  static let keys = [
    "preset", "format", "map", "delim", "quote", "escape", "nullstr", "skip", "comment", "null_padding", "header",
    "names", "trim", "encoding", "time_format", "time_zone", "log_format", "log_user", "log_methods", "log_status",
    "log_redirects", "log_skip_suffixes", "log_query", "all_requests", "only", "sequence", "require_event_ids",
    "max_bad",
  ]

  /// Reads the mapping of `files:`, or of a preset.
  init(_ files: YAMLCursor, homes: [String: [String]]) throws(YAMLFileError) {
    self.init()
    for entry in try files.entries("delim: ;") {
      let value = entry.value
      switch entry.key {
      case "preset": preset = try value.text("ga4")
      case "format": format = try value.word("csv")
      case "map": try decodeMap(value)
      case "delim": delimiter = try value.value(";", SettingText.delimiter)
      case "quote": quote = try value.isNull ? CSVOptions.Quote.none : value.value("none", SettingText.quote)
      case "escape": escape = try value.value("\\", SettingText.character)
      case "nullstr": nullTexts = try Self.texts(value, "\\N")
      case "skip": skip = try value.value("3", SettingText.count)
      case "comment": comment = try value.value("#", SettingText.character)
      case "null_padding": padsWithNull = try value.value("true", SettingText.truth)
      case "header": hasHeader = try value.value("false", SettingText.truth)
      case "names": names = try Self.texts(value, "user_id")
      case "trim": trims = try value.value("true", SettingText.truth)
      case "encoding": encoding = try value.word("latin-1")
      case "time_format": timeFormat = try value.value("epoch_s", SettingText.timeFormat)
      case "time_zone": timeZone = try value.value("Europe/Madrid", SettingText.fileZone)
      case "log_format": logFormat = try value.value("COMBINED", SettingText.logFormat)
      case "log_user": logUser = try value.value("address", SettingText.logUser)
      case "log_methods": logMethods = try value.value("GET,HEAD", SettingText.methods)
      case "log_status": logStatuses = try value.value("200-299,304", SettingText.statuses)
      case "log_redirects": logRedirects = try value.value("true", SettingText.truth)
      case "log_skip_suffixes": logSkippedSuffixes = try value.value("css,js", SettingText.suffixes)
      case "log_query": logQuery = try value.word("keep")
      case "all_requests": allRequests = try value.value("true", SettingText.truth)
      case "only": only = try value.value("event = 'page_view'", SettingText.only)
      case "sequence": sequence = try value.value("true", SettingText.truth)
      case "require_event_ids": requiresEventIDs = try value.value("true", SettingText.truth)
      case "max_bad": maxBad = try value.value("5%", SettingText.faultLimit)
      default: throw entry.unknown(known: Self.keys, elsewhere: homes)
      }
    }
  }

  private mutating func decodeMap(_ value: YAMLCursor) throws(YAMLFileError) {
    for entry in try value.entries("user_id: visitor") {
      guard let field = FieldMapping.Field(rawValue: entry.key) else {
        throw entry.unknown(known: FieldMapping.Field.allCases.map(\.rawValue))
      }
      map[field] = try entry.value.text("visitor")
    }
  }

  /// One text, or a list of them.
  private static func texts(_ value: YAMLCursor, _ example: String) throws(YAMLFileError) -> [String] {
    guard let elements = value.elements else { return [try value.text(example)] }
    var texts: [String] = []
    for element in elements { texts.append(try element.text(example)) }
    return texts
  }
}
