import Foundation

/// What makes a job the one that a ledger belongs to: gap, boundary, source, mapping, filter and id type.
///
/// The text is JSON with sorted keys. It is stored with each run, so that commands that only read can take the
/// settings from the ledger, and so that a difference can be named.
public struct JobFingerprint: Hashable, Sendable {
  /// Setting to value, by the names of the job file.
  public var settings: [String: String]

  public init(_ bound: BoundJob) {
    let job = bound.job
    let source = job.source
    settings = [
      "gap": job.gap.description,
      "gap_boundary": job.boundary.rawValue,
      "event_id_type": bound.eventIDType.rawValue,
      "source.table": bound.sourceName.description,
      "source.event_id": Self.text(source.eventID),
      "source.user_id": source.userID,
      "source.page_view_at": source.pageViewAt,
      "source.page": Self.text(source.page),
      "source.time_format": source.timeFormat.rawValue,
      "source.time_zone": source.timeZone,
      "source.filter": source.filter.map { $0.text } ?? "none",
    ]
    if let sequence = source.sequence { settings["source.sequence"] = sequence }
    for attribute in job.attributes { settings["attributes." + attribute.name] = attribute.column }
  }

  /// - Returns: nil for a text that is no fingerprint.
  public init?(text: String) {
    guard let settings = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) else { return nil }
    self.settings = settings
  }

  public var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(settings)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// The first setting, by name, in which two jobs differ, with both values (`unset` where there is none).
  public func difference(from other: JobFingerprint) -> (setting: String, mine: String, other: String)? {
    // The sequence comes along with the tool's own table, so that it is named only where nothing else differs.
    let last = "source.sequence"
    let names = Set(settings.keys).union(other.settings.keys).filter { !$0.hasPrefix(Self.fieldPrefix) }.sorted {
      ($0 == last ? 1 : 0, $0) < ($1 == last ? 1 : 0, $1)
    }
    for name in names {
      let (mine, theirs) = (settings[name] ?? "unset", other.settings[name] ?? "unset")
      if Array(mine.utf8) != Array(theirs.utf8) { return (name, mine, theirs) }
    }
    return nil
  }

  /// A job with the settings that reading needs taken from the ledger: gap, boundary, id type and attributes.
  public func applied(to job: SessionJob) -> SessionJob {
    var result = job
    if let gap = settings["gap"].flatMap(Gap.init(text:)) { result.gap = gap }
    if let boundary = settings["gap_boundary"].flatMap(GapBoundary.init(rawValue:)) { result.boundary = boundary }
    if let type = settings["event_id_type"].flatMap(EventIDType.init(rawValue:)) { result.eventIDType = type }
    result.attributes = settings.filter { $0.key.hasPrefix("attributes.") }
      .map { Attribute(name: String($0.key.dropFirst("attributes.".count)), column: $0.value) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return result
  }
}

extension SourceFilter {
  /// As it is written in the job file, with every group in parentheses.
  public var text: String {
    func quoted(_ column: String) -> String { "\"" + column.replacing(scalar: "\"", with: "\"\"") + "\"" }
    switch self {
    case .compare(let column, let comparison, let value):
      return "\(quoted(column)) \(comparison.rawValue) \(value.text)"
    case .isIn(let column, let values):
      return "\(quoted(column)) in (" + values.map(\.text).joined(separator: ", ") + ")"
    case .isNull(let column): return "\(quoted(column)) is null"
    case .isNotNull(let column): return "\(quoted(column)) is not null"
    case .not(let inner): return "not (\(inner.text))"
    case .and(let a, let b): return "(\(a.text)) and (\(b.text))"
    case .or(let a, let b): return "(\(a.text)) or (\(b.text))"
    }
  }
}

extension SourceFilter.Value {
  var text: String {
    switch self {
    case .text(let value): "'" + value.replacing(scalar: "'", with: "''") + "'"
    case .integer(let value): String(value)
    }
  }
}
