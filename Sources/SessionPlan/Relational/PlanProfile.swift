/// What an engine can do, as far as it changes the shape of a plan. Part of its dialect.
public struct PlanProfile: Hashable, Sendable {
  /// How steps of a run are kept between its statements.
  public enum Steps: String, Hashable, Sendable, Codable, CaseIterable {
    /// In scratch tables: each is computed once.
    case scratchTables
    /// In scratch tables where several statements read them, else as named subqueries: for engines on which a scratch
    /// table costs more than a small step.
    case fewScratchTables
    /// In scratch tables, but those that are short and read in one place, which are written there: for engines that have
    /// no named subqueries in an INSERT.
    case longScratchTables
    /// As named subqueries of each statement.
    case inline
  }

  /// How a run into empty ledgers finds the rows of one session.
  public enum Islands: String, Hashable, Sendable, Codable, CaseIterable {
    /// Rows are numbered; a row is joined to the one before by number, and a session's start is looked up.
    case positions
    /// Window functions.
    case windows
  }

  /// What makes a run's rows count.
  public enum CommitPoint: String, Hashable, Sendable, Codable, CaseIterable {
    /// The transaction in which they were inserted.
    case transaction
    /// The `finished` row of their run, since each INSERT is there by itself (semantics.md, 9): whoever reads a ledger
    /// reads the rows of finished runs only.
    case finishedRow
  }

  /// The dialect's name, for error messages.
  public var dialect: String
  public var steps: Steps
  /// Whether steps are computed once, for several statements.
  public var keepsSteps: Bool { steps != .inline }
  public var islands: Islands
  /// Whether a scalar subquery may be correlated and ordered.
  public var hasCorrelatedLookup: Bool
  /// Whether a primary key is enforced (trap T16).
  public var enforcesKeys: Bool
  public var hasSHA256: Bool
  /// Whether a table can have a column that grows by itself.
  public var hasArrivalColumn: Bool
  /// Whether IANA time zones can be converted; fixed offsets always can.
  public var hasNamedTimeZones: Bool
  /// Whether columns hold only values of their type, so that a text in an integer column cannot be.
  public var hasStrictTypes: Bool
  /// Whether a primary key and indexes are much cheaper to build from rows that are there, in the transaction that
  /// inserted them, than to keep up row by row. Then the first run builds those of `session_table`.
  public var buildsKeysLate: Bool

  /// Whether an outer join is fast only where it compares columns of both sides, with no other condition beside that.
  public var joinsByEqualityAlone = false

  /// Whether a table can be defined in a transaction that is not ended by it (trap T17).
  public var hasTransactionalDefinitions = true
  public var commitPoint = CommitPoint.transaction
  /// Whether a lock keeps two runs of a job apart; else they do so by their claims (`Claim`).
  public var hasJobLock = true
  /// Whether a timestamp is added to and compared as it is stored, so that its instant is the column itself.
  public var timesAreInstants = false
  /// Whether an INSERT must give every column of its table a value.
  public var insertsAllColumns = false

  /// Whether a ledger has an event only once. Not where rows of runs that died stay.
  public var hasUniqueEvents: Bool { enforcesKeys && commitPoint == .transaction }
  /// Whether a run's rows are inserted first, and the rest is found from them: where neither a snapshot nor a scratch
  /// table holds the source still.
  public var writesRowsFirst: Bool { commitPoint == .finishedRow && !keepsSteps }

  public init(
    dialect: String = "", steps: Steps, islands: Islands, hasCorrelatedLookup: Bool, enforcesKeys: Bool,
    hasSHA256: Bool,
    hasArrivalColumn: Bool, hasNamedTimeZones: Bool, hasStrictTypes: Bool, buildsKeysLate: Bool
  ) {
    self.dialect = dialect
    self.steps = steps
    self.islands = islands
    self.hasCorrelatedLookup = hasCorrelatedLookup
    self.enforcesKeys = enforcesKeys
    self.hasSHA256 = hasSHA256
    self.hasArrivalColumn = hasArrivalColumn
    self.hasNamedTimeZones = hasNamedTimeZones
    self.hasStrictTypes = hasStrictTypes
    self.buildsKeysLate = buildsKeysLate
  }
}
