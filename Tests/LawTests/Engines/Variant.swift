import BackendConformance
import PostgresBackend
import SQLRendering
import SQLiteBackend
import Testing

/// The shapes that a plan can have on an engine.
enum Shape: String, CaseIterable, Sendable {
  /// What the product does.
  case usual
  case inlineWindows, scratchWindows, inlinePositions
  /// Without the plan of its own that a first run has.
  case generalFirstRun

  func dialect(on engine: Engine) -> Dialect {
    var dialect = engine.dialect
    switch self {
    case .usual: break
    case .inlineWindows:
      let own = dialect
      dialect = (engine.family == .sqlite ? SQLiteDialect.plain : own).asScript
      dialect.profile.hasSHA256 = true
      dialect.templates[.sha256] = own.templates[.sha256]
    case .scratchWindows: dialect.profile.islands = .windows
    case .inlinePositions: dialect.profile.steps = .inline
    case .generalFirstRun:
      dialect.profile.enforcesKeys = false
      dialect.profile.buildsKeysLate = false
    }
    return dialect
  }
}

/// An engine, the shape of its plans, and what its sources hold.
struct Variant: Sendable, CustomTestStringConvertible, CustomStringConvertible {
  var on: Engine
  var shape = Shape.usual
  /// Texts of the source compare without case, and on SQLite they may be anything: both must decide nothing.
  var isLoose = false

  var engine: any PlayerEngine {
    on.player(shape.dialect(on: on), isFolding: isLoose)
  }

  var histories: HistoryDistribution { on.family == .sqlite && isLoose ? .loose : on.histories }

  var description: String { "\(on), \(shape)\(isLoose ? ", loose" : "")" }
  var testDescription: String { description }

  /// Every engine in its usual shape, and in the one that is shown to people.
  static let usual =
    Engine.live.map { Variant(on: $0, isLoose: $0 == .postgresICU) } + [Variant(on: .sqlite, shape: .inlineWindows)]

  static let all =
    Shape.allCases.flatMap { [Variant(on: .sqlite, shape: $0), Variant(on: .sqlite, shape: $0, isLoose: true)] }
    + Engine.postgres.flatMap { engine in
      [.usual, .inlineWindows, .generalFirstRun].map { Variant(on: engine, shape: $0, isLoose: engine == .postgresICU) }
    }
    + Engine.odbc.map { Variant(on: $0, isLoose: $0 == .sqliteODBC) }
    + Engine.adbc.map { Variant(on: $0) }
    + Engine.adbc.filter { $0 == .duckdb }.map { Variant(on: $0, shape: .inlineWindows) }
    + Engine.mariadbs.map { Variant(on: $0, shape: .generalFirstRun) }
}
