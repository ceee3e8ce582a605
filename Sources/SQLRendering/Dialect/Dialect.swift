public import SessionPlan

/// What one engine's SQL looks like: data, not a subclass. The one `Renderer` reads it.
///
/// It is written as a file (`docs/dialects.md`), whose keys are these properties in snake case.
public struct Dialect: Sendable {
  /// Lower case, such as `sqlite`.
  public var name: String
  /// As people write it, with the version that the answers are for: `SQLite 3.40`.
  public var title: String
  /// What stands behind the answers that do not say it themselves.
  public var evidence: Evidence
  /// The engine's documentation.
  public var documentation: String?
  /// What a smoke test has shown where the engine itself cannot be run; nil where there was none. Answers rest on it no
  /// more than before.
  public var smokeTest: String?
  /// How steps of a run are kept between its statements.
  public var steps: PlanProfile.Steps
  /// How the rows of one session are found.
  public var islands: PlanProfile.Islands
  /// What the engine can do. One that is not there is unknown.
  public var capabilities: [Capability: Support]
  public var identifiers: Identifiers
  public var literals: Literals
  public var types: Types
  public var tables: Tables
  public var rights: Rights
  public var queries: Queries
  public var scripts: Scripts
  public var session: Session
  public var catalog: Catalog
  public var odbc: ODBC
  public var adbc: ADBC
  /// How each intent node is written. A node without a template is refused, by name.
  public var templates: [Intent: String]
  /// The dialect's answers to the known traps.
  public var traps: [Trap: TrapAnswer]

  public init(
    name: String, title: String, evidence: Evidence, documentation: String? = nil, smokeTest: String? = nil,
    steps: PlanProfile.Steps, islands: PlanProfile.Islands, capabilities: [Capability: Support],
    identifiers: Identifiers,
    literals: Literals, types: Types, tables: Tables, rights: Rights, queries: Queries, scripts: Scripts,
    session: Session = Session(), catalog: Catalog = Catalog(), odbc: ODBC = ODBC(), adbc: ADBC = ADBC(),
    templates: [Intent: String], traps: [Trap: TrapAnswer]
  ) {
    self.name = name
    self.title = title
    self.evidence = evidence
    self.documentation = documentation
    self.smokeTest = smokeTest
    self.steps = steps
    self.islands = islands
    self.capabilities = capabilities
    self.identifiers = identifiers
    self.literals = literals
    self.types = types
    self.tables = tables
    self.rights = rights
    self.queries = queries
    self.scripts = scripts
    self.session = session
    self.catalog = catalog
    self.odbc = odbc
    self.adbc = adbc
    self.templates = templates
    self.traps = traps
  }

  /// Names of tables and columns.
  public struct Identifiers: Sendable {
    /// Put before and after a name.
    public var openQuote: String
    public var closeQuote: String
    /// The longest name, in bytes of UTF-8.
    public var longest: Int
    /// What a closing quote inside a name becomes; nil: it is doubled.
    public var escapedQuote: String?
    /// Whether a backslash in a name is an escape and must be doubled.
    public var escapesBackslash: Bool
    /// Whether plain names in lower case that are no reserved words stand without quotes. Not where the engine folds
    /// them to upper case: they would miss tables that were made with quotes.
    public var quotesWhenNeeded: Bool

    public init(
      openQuote: String, closeQuote: String, longest: Int, escapedQuote: String? = nil, escapesBackslash: Bool = false,
      quotesWhenNeeded: Bool = false
    ) {
      self.quotesWhenNeeded = quotesWhenNeeded
      self.openQuote = openQuote
      self.closeQuote = closeQuote
      self.longest = longest
      self.escapedQuote = escapedQuote
      self.escapesBackslash = escapesBackslash
    }
  }

  /// Constants.
  public struct Literals: Sendable {
    /// Whether a backslash in a text is an escape and must be doubled.
    public var escapesBackslash: Bool
    /// `{a}` is the quoted text `'YYYY-MM-DD HH:MM:SS.ffffff'`.
    public var timestamp: String
    /// `{type}` is the type as it stands in a CAST.
    public var null: String
    /// `{a}` is the quoted text: the constant of a text value, such as `N{a}`.
    public var text: String
    /// What a quote inside a text becomes.
    public var escapedQuote: String
    /// What a line break inside a text becomes; nil where one may stand in it.
    public var lineBreak: String?
    /// Whether an empty text is NULL (trap T12), so that equality with one is asked as IS NULL.
    public var emptyTextIsNull: Bool

    public init(
      escapesBackslash: Bool, timestamp: String, null: String, text: String = "{a}", escapedQuote: String = "''",
      lineBreak: String? = nil, emptyTextIsNull: Bool = false
    ) {
      self.escapesBackslash = escapesBackslash
      self.timestamp = timestamp
      self.null = null
      self.text = text
      self.escapedQuote = escapedQuote
      self.lineBreak = lineBreak
      self.emptyTextIsNull = emptyTextIsNull
    }
  }

  /// The column types.
  public struct Types: Sendable {
    public var integer: String
    public var text: String
    /// Text of at most 1,024 bytes that is compared by bytes and may be part of an index.
    public var key: String
    public var timestamp: String
    /// The arithmetic form of a timestamp, in scratch tables.
    public var instant: String
    public var flag: String
    /// The types as they stand in a CAST; nil: as for columns.
    public var castInteger: String?
    public var castText: String?
    public var castTimestamp: String?

    public init(
      integer: String, text: String, key: String, timestamp: String, instant: String, flag: String,
      castInteger: String? = nil, castText: String? = nil, castTimestamp: String? = nil
    ) {
      self.castInteger = castInteger
      self.castText = castText
      self.castTimestamp = castTimestamp
      self.integer = integer
      self.text = text
      self.key = key
      self.timestamp = timestamp
      self.instant = instant
      self.flag = flag
    }
  }

  /// Who may do what. nil where the engine has no such thing.
  public struct Rights: Sendable {
    /// `{rights}`, `{table}`, `{role}`
    public var grantOnTable: String?
    /// `{schema}` and `{role}`, each a text constant; `{schema}` is NULL where the name has none.
    public var grantOnSchema: String?
    /// `{role}`, a text constant
    public var grantScratchTables: String?
    /// Queries that answer whether a role has the right already, with a word of `RightsQuestion.State`: `{table_text}`,
    /// `{role_text}`, and `{rights_text}` for a table, each a text constant. Default to nil: then a grant that is carried
    /// out without an error is one that was made.
    public var findGrantOnTable: String?
    public var findGrantOnSchema: String?
    public var findGrantScratchTables: String?
    /// Has the engine judge a definition without carrying it out, where a definition ends the transaction: `{statement_text}`,
    /// a text constant. Defaults to nil.
    public var attemptDefinition: String?
    /// Statements that have the engine refuse changes of a table: `{table}`, `{table_name}` (without schema), `{table_text}` (the name as a text
    /// constant), `{function}`, `{guard_update}`, `{guard_delete}` (names beside the table), `{message}`.
    public var guardTable: [String]
    /// A query that gives a row where a table has that guard, with the names of `guardTable` and `{table_name_text}`,
    /// `{guard_delete_text}` and `{schema_text}` (NULL where the name has none) as text constants. Defaults to nil.
    public var findGuard: String?
    /// Statements that take the guard away, for `erase` and `retain`. Defaults to none.
    public var liftGuard: [String]

    public init(
      grantOnTable: String?, grantOnSchema: String?, grantScratchTables: String?, guardTable: [String],
      findGuard: String? = nil, liftGuard: [String] = []
    ) {
      self.findGuard = findGuard
      self.liftGuard = liftGuard
      self.grantOnTable = grantOnTable
      self.grantOnSchema = grantOnSchema
      self.grantScratchTables = grantScratchTables
      self.guardTable = guardTable
    }
  }
}
