/// What is different between a job and the one that ledgers were made with.
extension JobFingerprint {
  /// One setting; nil where a side does not have it.
  public struct Change: Hashable, Sendable {
    public var setting: String
    public var before: String?
    public var after: String?

    public init(setting: String, before: String?, after: String?) {
      self.setting = setting
      self.before = before
      self.after = after
    }

    /// Whether it decides neither which pageviews count nor how sessions are cut, so that `adopt` takes it over.
    public var isAdoptable: Bool {
      switch setting {
      case "source.table", "source.user_id", "source.page_view_at": true
      // A column for another is a name; a column for none is other pageviews.
      case "source.event_id", "source.page": ![before, after].contains("none")
      case _ where setting.hasPrefix("attributes."): after != nil
      default: setting.hasPrefix(JobFingerprint.fieldPrefix)
      }
    }

    /// Whether the columns of the ledgers depend on it, so that it stays even before anything has run.
    public var isLayout: Bool {
      ["event_id_type", "source.sequence"].contains(setting) || setting.hasPrefix("attributes.") && after == nil
    }

    /// Whether the ledger's rows must be found again in the source as it is now.
    public var isOfContent: Bool {
      ["source.table", "source.event_id", "source.user_id", "source.page_view_at", "source.page"].contains(setting)
    }
  }

  /// All of them, by the names of the settings.
  public func changes(from other: JobFingerprint) -> [Change] {
    Set(settings.keys).union(other.settings.keys).sorted().compactMap { name in
      let (mine, theirs) = (settings[name], other.settings[name])
      return mine.map { Array($0.utf8) } == theirs.map { Array($0.utf8) }
        ? nil : Change(setting: name, before: theirs, after: mine)
    }
  }

  // MARK: Fields of files

  /// Before the names of attributes of the tool's own table, whose fields of files are noted for `load`.
  static let fieldPrefix = "files.attributes."

  /// Which field of a file an attribute of the tool's own table is, where it has another name.
  public var fields: [String: String] {
    get {
      Dictionary(
        uniqueKeysWithValues: settings.filter { $0.key.hasPrefix(Self.fieldPrefix) }
          .map { (String($0.key.dropFirst(Self.fieldPrefix.count)), $0.value) })
    }
    set {
      settings = settings.filter { !$0.key.hasPrefix(Self.fieldPrefix) }
      for (name, field) in newValue where field != name { settings[Self.fieldPrefix + name] = field }
    }
  }

  // MARK: What nobody said

  /// A job with the settings that nobody said taken from here.
  ///
  /// - Parameter said: names of settings in the job file's notation; `attributes` stands for all of them
  public func completing(_ job: SessionJob, said: Set<String>) -> SessionJob {
    var result = applied(to: job)
    func keep(_ setting: String, _ restore: (inout SessionJob) -> Void) {
      if said.contains(setting) { restore(&result) }
    }
    keep("gap") { $0.gap = job.gap }
    keep("gap_boundary") { $0.boundary = job.boundary }
    keep("event_id_type") { $0.eventIDType = job.eventIDType }
    keep("attributes") { $0.attributes = job.attributes }
    func take(_ setting: String, _ put: (inout PageviewSource, String) -> Void) {
      guard !said.contains(setting), let value = settings[setting] else { return }
      put(&result.source, value)
    }
    take("source.table") { source, text in
      let name = ObjectName(text: text)
      source.table = name == job.names[.pageviews] ? nil : name
    }
    take("source.event_id") { $0.eventID = Self.column($1) }
    take("source.user_id") { $0.userID = $1 }
    take("source.page_view_at") { $0.pageViewAt = $1 }
    take("source.page") { $0.page = Self.column($1) }
    take("source.time_format") { source, text in
      if let format = TimeFormat(rawValue: text) { source.timeFormat = format }
    }
    take("source.time_zone") { $0.timeZone = $1 }
    take("source.filter") { source, text in
      if text == "none" {
        source.filter = nil
      } else if let filter = try? SourceFilter(text: text) {
        source.filter = filter
      }
    }
    return result
  }

  /// The text of a column that there may not be; one that is really called none is in quotes.
  static func text(_ column: String?) -> String {
    guard let column else { return "none" }
    return column == "none" || column.hasPrefix("\"") ? "\"" + column + "\"" : column
  }

  private static func column(_ text: String) -> String? {
    if text == "none" { return nil }
    return text.hasPrefix("\"") ? String(text.dropFirst().dropLast()) : text
  }
}
