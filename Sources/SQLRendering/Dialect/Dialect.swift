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
  public var odbc: ODBC
  /// How each intent node is written. A node without a template is refused, by name.
  public var templates: [Intent: String]
  /// The dialect's answers to the known traps.
  public var traps: [Trap: TrapAnswer]

  public init(
    name: String, title: String, evidence: Evidence, documentation: String? = nil, steps: PlanProfile.Steps,
    islands: PlanProfile.Islands, capabilities: [Capability: Support], identifiers: Identifiers,
    literals: Literals, types: Types, tables: Tables, rights: Rights, queries: Queries, scripts: Scripts,
    session: Session = Session(), odbc: ODBC = ODBC(), templates: [Intent: String], traps: [Trap: TrapAnswer]
  ) {
    self.name = name
    self.title = title
    self.evidence = evidence
    self.documentation = documentation
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
    self.odbc = odbc
    self.templates = templates
    self.traps = traps
  }

  /// Names of tables and columns.
  public struct Identifiers: Sendable {
    /// Put before and after a name; one inside a name is doubled.
    public var openQuote: String
    public var closeQuote: String
    /// The longest name, in bytes of UTF-8.
    public var longest: Int

    public init(openQuote: String, closeQuote: String, longest: Int) {
      self.openQuote = openQuote
      self.closeQuote = closeQuote
      self.longest = longest
    }
  }

  /// Constants.
  public struct Literals: Sendable {
    /// Whether a backslash in a text is an escape and must be doubled.
    public var escapesBackslash: Bool
    /// `{a}` is the quoted text `'YYYY-MM-DD HH:MM:SS.ffffff'`.
    public var timestamp: String
    /// `{type}` is the column type.
    public var null: String

    public init(escapesBackslash: Bool, timestamp: String, null: String) {
      self.escapesBackslash = escapesBackslash
      self.timestamp = timestamp
      self.null = null
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

    public init(integer: String, text: String, key: String, timestamp: String, instant: String, flag: String) {
      self.integer = integer
      self.text = text
      self.key = key
      self.timestamp = timestamp
      self.instant = instant
      self.flag = flag
    }
  }

  /// Statements that make things.
  public struct Tables: Sendable {
    /// `{name}`, `{columns}`
    public var createTable: String
    /// `{name}`, `{table}`, `{columns}`; nil where the engine has no indexes.
    public var createIndex: String?
    /// The same for values of any length, with `{first_column}` too (trap T28); nil where there is no such index.
    public var createLongIndex: String?
    /// `{table}`, `{columns}`: makes columns the primary key of a table that has rows. Needed where the profile builds
    /// keys late.
    public var createKey: String?
    /// `{name}`, `{query}`
    public var createView: String
    /// The whole column: `{name}` is an integer that grows with each row and is the primary key.
    public var growingColumn: String
    /// `{columns}`
    public var primaryKey: String
    /// Whether the name of an index carries the schema, as on SQLite, or the table's schema decides.
    public var indexNameHasSchema: Bool
    /// `{name}`, `{columns}`: a table of this transaction only.
    public var createScratch: String
    /// `{name}` of a scratch table where it is read.
    public var scratchName: String
    /// The whole column: `{name}` numbers the rows in the order of their insertion.
    public var positionColumn: String
    /// `{name}`: takes a scratch table away, where it outlives its transaction; nil where it does not.
    public var dropScratch: String?
    /// The whole column: `{name}` is an integer key of the scratch table.
    public var scratchKey: String
    /// `{name}`, `{table}`, `{columns}`: an index of a scratch table.
    public var scratchIndex: String
    /// `{name}`: tells the engine's planner how many rows a scratch table has; nil where that is of no use.
    public var analyzeScratch: String?

    public init(
      createTable: String, createIndex: String?, createLongIndex: String?, createKey: String?, createView: String,
      growingColumn: String, primaryKey: String,
      indexNameHasSchema: Bool, createScratch: String, scratchName: String, positionColumn: String, scratchKey: String,
      scratchIndex: String, analyzeScratch: String?, dropScratch: String? = nil
    ) {
      self.createTable = createTable
      self.createIndex = createIndex
      self.createLongIndex = createLongIndex
      self.createKey = createKey
      self.createView = createView
      self.growingColumn = growingColumn
      self.primaryKey = primaryKey
      self.indexNameHasSchema = indexNameHasSchema
      self.createScratch = createScratch
      self.scratchName = scratchName
      self.positionColumn = positionColumn
      self.scratchKey = scratchKey
      self.scratchIndex = scratchIndex
      self.analyzeScratch = analyzeScratch
      self.dropScratch = dropScratch
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
    /// Statements that have the engine refuse changes of a table: `{table}`, `{table_name}` (without schema), `{table_text}` (the name as a text
    /// constant), `{function}`, `{guard_update}`, `{guard_delete}` (names beside the table), `{message}`.
    public var guardTable: [String]

    public init(
      grantOnTable: String?, grantOnSchema: String?, grantScratchTables: String?, guardTable: [String]
    ) {
      self.grantOnTable = grantOnTable
      self.grantOnSchema = grantOnSchema
      self.grantScratchTables = grantScratchTables
      self.guardTable = guardTable
    }
  }

  /// The shape of queries.
  public struct Queries: Sendable {
    /// Where the named subqueries of an INSERT stand (trap T01).
    public var subqueriesInInsert: SubqueryPlacement
    /// Between two named subqueries' name and body: `AS`, or `AS MATERIALIZED`.
    public var namedSubquery: String
    /// `JOIN` that keeps the written order: the left drives, the right is looked up.
    public var lookupJoin: String
    /// `{rows}`, `{alias}`: the same where only a subquery that depends on the row at hand keeps the order; `{rows}` is
    /// the look-up with its conditions. nil where `lookupJoin` does.
    public var lookupSubquery: String?
    /// The same where rows without a match stay; nil where a plain left join does.
    public var leftLookupSubquery: String?
    /// Follows a subquery whose columns are to be computed once; empty where the engine does so by itself.
    public var computedOnceSuffix: String
    /// A condition that a query around such a subquery has where it has no other; empty for none.
    public var computedOnceCondition: String
    /// `{n}`: the first n rows.
    public var limit: String
    /// Follows a term of an ascending order whose NULLs come first; empty where that is the default.
    public var nullsFirst: String
    /// Follows a term of an order by the bytes of a text; empty where that is the default.
    public var byteOrder: String
    /// `{a}`: the sum of integers as an integer, 0 for no rows
    public var sum: String

    public init(
      subqueriesInInsert: SubqueryPlacement, namedSubquery: String, lookupJoin: String, lookupSubquery: String?,
      leftLookupSubquery: String?,
      computedOnceSuffix: String,
      computedOnceCondition: String, limit: String, nullsFirst: String, byteOrder: String, sum: String
    ) {
      self.subqueriesInInsert = subqueriesInInsert
      self.namedSubquery = namedSubquery
      self.lookupJoin = lookupJoin
      self.lookupSubquery = lookupSubquery
      self.leftLookupSubquery = leftLookupSubquery
      self.computedOnceSuffix = computedOnceSuffix
      self.computedOnceCondition = computedOnceCondition
      self.limit = limit
      self.nullsFirst = nullsFirst
      self.byteOrder = byteOrder
      self.sum = sum
    }
  }

  public enum SubqueryPlacement: String, Sendable, CaseIterable {
    /// `WITH … INSERT INTO t SELECT …`
    case beforeInsert
    /// `INSERT INTO t WITH … SELECT …`
    case insideInsert
  }
}
