internal import SessionPlan
internal import YAMLReading

/// Turns the nodes of a job file into settings, key by key.
struct JobFileDecoder {
  var settings = JobSettings()
  var targets: [NamedTarget] = []
  var defaultTarget: NamedTarget?
  var timeouts = Timeouts()
  var files = FileSettings()
  /// Where each key is, for settings that are right by themselves and do not go together.
  private var places: [String: YAMLCursor] = [:]

  static let topKeys = [
    "gap", "gap_boundary", "event_id_type", "source", "files", "attributes", "prefix", "schema", "names", "targets",
    "target",
    "lock_timeout", "statement_timeout", "claim_timeout",
  ]
  static let sourceKeys = [
    "table", "event_id", "user_id", "page_view_at", "page", "time_format", "time_zone", "filter", "arrival",
  ]
  static let arrivalKeys = ["column", "kind", "overlap"]
  private static let homes = ["": topKeys, "source": sourceKeys, "source.arrival": arrivalKeys]

  mutating func decode(_ root: YAMLCursor) throws(JobFileError) {
    for entry in try root.entries("gap: 30m") {
      let value = entry.value
      places[value.path] = entry.keyPlace
      switch entry.key {
      case "gap": settings.gap = try value.value("30m", SettingText.gap)
      case "gap_boundary": settings.boundary = try value.word("new")
      case "event_id_type": settings.eventIDType = try value.word("text")
      case "source": try decodeSource(value)
      case "files": files = try FileSettings(value, homes: Self.homes)
      case "attributes": settings.attributes = try decodeAttributes(value)
      case "prefix": settings.prefix = try value.isNull ? "" : value.value("web_", SettingText.prefix)
      case "schema": settings.schema = try value.isNone ? Choice.none : .use(objectName(value))
      case "names": try decodeNames(value)
      case "targets": try decodeTargets(value)
      case "lock_timeout": timeouts.lock = try value.value("5s", SettingText.timeout)
      case "statement_timeout": timeouts.statement = try value.value("10m", SettingText.timeout)
      case "claim_timeout": timeouts.claim = try value.value("6h", SettingText.timeout)
      case "target":
        let text = try value.text("dev")
        defaultTarget = NamedTarget(
          name: text, text: text, line: value.node.mark?.line, column: value.node.mark?.column, key: "target")
      default: throw entry.unknown(known: Self.topKeys, elsewhere: Self.homes)
      }
    }
    do throws(SettingConflict) {
      _ = try settings.job()
    } catch {
      throw (places[error.key] ?? root).conflict(error)
    }
  }

  private mutating func decodeSource(_ source: YAMLCursor) throws(JobFileError) {
    for entry in try source.entries("table: web.hits") {
      let value = entry.value
      places[value.path] = entry.keyPlace
      switch entry.key {
      case "table": settings.table = try value.isNull ? Choice.none : .use(objectName(value))
      case "event_id": settings.eventID = try value.choice("event_id", SettingText.name)
      case "user_id": settings.userID = try value.value("user_id", SettingText.name)
      case "page_view_at": settings.pageViewAt = try value.value("page_view_at", SettingText.name)
      case "page": settings.page = try value.choice("page", SettingText.name)
      case "time_format": settings.timeFormat = try value.word("timestamp")
      case "time_zone": settings.timeZone = try value.value("UTC", SettingText.timeZone)
      case "filter": settings.filter = try value.choice("page <> '/health'", SettingText.filter)
      case "arrival": try decodeArrival(value)
      default: throw entry.unknown(known: Self.sourceKeys, elsewhere: Self.homes)
      }
    }
  }

  private mutating func decodeArrival(_ arrival: YAMLCursor) throws(JobFileError) {
    if arrival.isNone {
      settings.arrivalColumn = Choice.none
      return
    }
    for entry in try arrival.entries("column: id") {
      let value = entry.value
      places[value.path] = entry.value
      switch entry.key {
      case "column": settings.arrivalColumn = .use(try value.value("id", SettingText.name))
      case "kind": settings.arrivalKind = try value.word("id")
      case "overlap": settings.arrivalOverlap = try value.value("10000 or 1h", SettingText.overlap)
      default: throw entry.unknown(known: Self.arrivalKeys, elsewhere: Self.homes)
      }
    }
  }

  private mutating func decodeAttributes(_ value: YAMLCursor) throws(JobFileError) -> [Attribute] {
    var attributes: [Attribute] = []
    if let elements = value.elements {
      for element in elements {
        let name = try element.value("referrer", SettingText.name)
        attributes.append(Attribute(name: name, column: name))
        // Of two equal names the later place is kept: it is the one to remove.
        places["attributes.\(name)"] = element
      }
      return attributes
    }
    for entry in try value.entries("referrer: ref_url") {
      let name = try entry.keyPlace.value("referrer", SettingText.name)
      let column = entry.value.isNull ? name : try entry.value.value("ref_url", SettingText.name)
      attributes.append(Attribute(name: name, column: column))
      places["attributes.\(name)"] = entry.keyPlace
    }
    return attributes
  }

  private mutating func decodeNames(_ value: YAMLCursor) throws(JobFileError) {
    let known = ObjectNames.Object.allCases.map(\.rawValue)
    for entry in try value.entries("session_table: my_sessions") {
      guard let object = ObjectNames.Object(rawValue: entry.key) else { throw entry.unknown(known: known) }
      settings.names[object] = try entry.value.value("my_sessions", SettingText.name)
      places[entry.value.path] = entry.value
    }
  }

  private mutating func decodeTargets(_ value: YAMLCursor) throws(JobFileError) {
    for entry in try value.entries("dev: sqlite:dev.db") {
      guard !entry.key.isEmpty, entry.key.utf8.allSatisfy({ $0 != UInt8(ascii: ":") && $0 > 32 && $0 != 127 }) else {
        throw entry.keyPlace.error("a target's name has no colon and no blanks")
      }
      let mark = entry.value.node.mark
      targets.append(
        NamedTarget(
          name: entry.key, text: try entry.value.text("sqlite:dev.db"), line: mark?.line, column: mark?.column,
          key: "targets.\(entry.key)"))
    }
  }

  /// `schema.name`, or a list of the parts.
  private func objectName(_ value: YAMLCursor) throws(JobFileError) -> ObjectName {
    guard let elements = value.elements else { return try value.value("web.hits", SettingText.objectName) }
    var parts: [String] = []
    for element in elements { parts.append(try element.value("web", SettingText.name)) }
    do throws(SettingError) {
      return try SettingText.objectName(parts: parts)
    } catch {
      throw value.error(error.message)
    }
  }
}

extension YAMLCursor {
  fileprivate func conflict(_ conflict: SettingConflict) -> JobFileError {
    JobFileError(
      file: file, line: node.mark?.line, column: node.mark?.column, key: conflict.key, message: conflict.message)
  }
}
