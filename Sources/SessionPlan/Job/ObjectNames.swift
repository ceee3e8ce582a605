/// What the tables and views are called. A prefix renames all; each may also be named by itself.
public struct ObjectNames: Hashable, Sendable {
  /// Put before every default name.
  public var prefix: String
  /// The schema of our objects; nil is the connection's default.
  public var schema: ObjectName?
  /// Names that replace a default (with its prefix).
  public var overrides: [Object: String]

  /// Our objects, by their default names.
  public enum Object: String, Hashable, Sendable, Codable, CaseIterable {
    case pageviews
    case sessionTable = "session_table"
    case sessionLineage = "session_lineage"
    case sessionVersions = "session_versions"
    case sessionRuns = "session_runs"
    case sessionQuarantine = "session_quarantine"
    case sessionEvents = "session_events"
    case sessions

    /// The ledgers: tables that are only ever inserted into.
    public static let ledgers: [Object] = [
      .sessionTable, .sessionLineage, .sessionVersions, .sessionRuns, .sessionQuarantine,
    ]

    /// The views, each after those that it reads.
    public static let views: [Object] = [.sessionEvents, .sessions]
    /// The tables: the source and the ledgers.
    public static let tables: [Object] = allCases.filter { !views.contains($0) }
  }

  public init(prefix: String = "", schema: ObjectName? = nil, overrides: [Object: String] = [:]) {
    self.prefix = prefix
    self.schema = schema
    self.overrides = overrides
  }

  /// The insert-only table in which `erase` and `retain` note what they removed. They make it when there is something to
  /// note, so that it is none of a job's objects.
  public var erasures: ObjectName { ObjectName(parts: (schema?.parts ?? []) + [prefix + "session_erasures"]) }

  public subscript(object: Object) -> ObjectName {
    ObjectName(parts: (schema?.parts ?? []) + [overrides[object] ?? prefix + object.rawValue])
  }
}
