public import YAMLReading

/// What is wrong in a job file, and where.
public typealias JobFileError = YAMLFileError

/// What a job file says: settings, targets, and which target is the default.
///
/// ```yaml
/// gap: 30m
/// source:
///   table: web.hits
///   event_id: none
/// targets:
///   dev: sqlite:dev.db
///   prod: postgres://loader:${PGPASSWORD}@db.example/web
/// target: dev
/// ```
public struct JobFile: Sendable {
  /// As the user named it; for error messages.
  public var path: String
  /// Whether there is such a file.
  public var isThere = false
  /// Its text, where it was found in the current folder and not named: then it may be somebody else's.
  var foundText: String?
  public var settings: JobSettings
  /// How files are read, where options do not say otherwise.
  public var files = FileSettings()
  var targets: [NamedTarget]
  var defaultTarget: NamedTarget?
  public var timeouts = Timeouts()

  /// A file that says nothing: the defaults hold.
  public init(path: String) {
    self.path = path
    settings = JobSettings()
    targets = []
  }

  /// The name of the job file that is read where none is named, if it is there.
  public static let standardPath = "sessionizer.yml"
}

/// How long statements may wait and take, as far as it was said.
public struct Timeouts: Hashable, Sendable {
  /// For a lock of another connection.
  public var lock: Duration?
  /// For a statement, on the server.
  public var statement: Duration?
  /// After how long a run that has claimed the job and did not finish is taken for dead.
  public var claim: Duration?

  public init(lock: Duration? = nil, statement: Duration? = nil, claim: Duration? = nil) {
    self.lock = lock
    self.statement = statement
    self.claim = claim
  }

  /// These, with those that `other` says in their place.
  public func overridden(by other: Timeouts) -> Timeouts {
    Timeouts(
      lock: other.lock ?? lock, statement: other.statement ?? statement, claim: other.claim ?? claim)
  }
}

/// A target as a job file writes it, `${VAR}` and all. May hold a secret, so it does not print its text.
struct NamedTarget: Sendable, CustomStringConvertible, CustomReflectable {
  var name: String
  var text: String
  var line: Int?
  var column: Int?
  var key: String

  var description: String { name }
  var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
