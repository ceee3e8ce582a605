/// Rows in the plan language: a small, closed algebra. There is no node that changes or removes a row.
public indirect enum Relation: Hashable, Sendable {
  /// `FROM name AS alias`
  case table(TableReference)
  /// `VALUES (…), (…)` under an alias
  case values(columns: [SchemaColumn], rows: [[Literal]], alias: String)
  /// `WHERE predicate`
  case filter(Relation, Expression)
  /// `SELECT expression AS name, …`, as a relation of its own under `alias`
  case project(Relation, [NamedExpression], alias: String)
  /// The same rows; each column is computed once a row, however often the relation around it names it. Where an
  /// engine copies expressions outwards, its dialect prevents it.
  case computedOnce(Relation)
  /// The same rows, with keys that do not follow from what they are made of.
  case unique(Relation, [RowKey])
  /// `SELECT *, function() OVER (…) AS name`: the columns of a relation and some computed over its rows, under `alias`
  case window(Relation, [WindowColumn], alias: String)
  /// `a JOIN b ON …`; both keep their aliases
  case join(Relation, Relation, JoinKind, on: Expression)
  /// `WHERE NOT EXISTS (SELECT … FROM b WHERE …)`; never a LEFT JOIN with IS NULL (trap T09)
  case notExists(Relation, Relation, on: Expression)
  /// `WHERE EXISTS (SELECT … FROM b WHERE …)`
  case exists(Relation, Relation, on: Expression)
  /// `SELECT keys, aggregates … GROUP BY keys`, under `alias`; without keys one row
  case aggregate(Relation, by: [NamedExpression], [AggregateColumn], alias: String)
  /// `a UNION ALL b …`, by position, under `alias`
  case unionAll([Relation], alias: String)
  /// `SELECT DISTINCT *`, under `alias`
  case distinct(Relation, alias: String)
}

extension TableReference {
  /// What it stands for where only rows of finished runs count: the table, each row with the `finished` row of its run.
  /// nil where all rows do.
  public var readThroughRuns: Relation? {
    guard let runs = finishedBy else { return nil }
    var all = self
    all.finishedBy = nil
    let finished = TableReference(
      .stored(runs), alias: "finished_run", columns: [SchemaColumn("run_id", .integer), SchemaColumn("state", .text)])
    func rows(_ runID: Expression) -> Relation {
      .exists(
        .table(all), Relation.table(finished).filter(finished["state"].equals(.text("finished"), .bytes)),
        on: finished["run_id"].equals(runID, .value))
    }
    guard let runID = columns.first(where: { $0.name == Column.runID.name }) else { return nil }
    let own = Expression.column(alias, runID.name)
    guard runID.isNullable else { return rows(own) }
    // What a file brought, and no run.
    let names = columns.map { NamedExpression(alias, $0.name) }
    return .unionAll(
      [
        Relation.table(all).filter(.isNull(own)).project(names, as: alias),
        rows(.present(own)).project(names, as: alias),
      ], alias: alias)
  }
}

/// A table, a view, a scratch table or a named subquery, with the columns that the plan reads.
public struct TableReference: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A table or view of the database.
    case stored(ObjectName)
    /// A step of the same plan that is kept in a scratch table, by name.
    case step(String)
    /// A step that is a named subquery of the same statement.
    case named(String)
  }

  public var kind: Kind
  public var alias: String
  public var columns: [SchemaColumn]
  /// Its keys: in each, no two rows agree in all these columns. Of a ledger by the contract (`Planner.keys(of:)`), of a
  /// step as they follow from it.
  public var keys: Set<Set<String>>
  /// Where only rows of finished runs count: the run ledger that says which these are. nil: all rows.
  public var finishedBy: ObjectName?

  public init(_ kind: Kind, alias: String, columns: [SchemaColumn], keys: Set<Set<String>> = []) {
    self.kind = kind
    self.alias = alias
    self.columns = columns
    self.keys = keys
  }
}

public struct NamedExpression: Hashable, Sendable {
  public var name: String
  public var expression: Expression

  public init(_ name: String, _ expression: Expression) {
    self.name = name
    self.expression = expression
  }
}

public enum JoinKind: Hashable, Sendable {
  case inner
  /// For each row on the left, the rows on the right are found by a key. Rendered so that the engine keeps that order
  /// even where its statistics are missing or stale.
  case lookup
  /// Rows of the left without a match stay, with NULL on the right.
  case left
  /// Both: each row on the left with its matches on the right, found by a key, or with NULL.
  case leftLookup
}

/// A column computed over the rows around each row.
public struct WindowColumn: Hashable, Sendable {
  public enum Function: Hashable, Sendable {
    /// `row_number()`
    case rowNumber
    /// `dense_rank()`: 1 for the first row and all that tie with it in the order
    case denseRank
    /// `lag(x)`: of the row before, NULL at the first (trap T09)
    case previous(Expression)
    /// `lead(x)`: of the row behind, NULL at the last (trap T09)
    case next(Expression)
    /// `sum(x) OVER (… ROWS UNBOUNDED PRECEDING)`, the row itself included
    case runningSum(Expression)
    /// `first_value(x) OVER (… ROWS UNBOUNDED PRECEDING)`
    case first(Expression)
  }

  public var name: String
  public var function: Function
  public var partition: [OrderKey]
  /// Total within a partition, unless `tiesAreEqual`.
  public var order: [OrderTerm]
  /// Set where rows that tie in the order are equal in everything that the plan reads of them, so that any order of
  /// theirs gives the same result.
  public var tiesAreEqual: Bool

  public init(
    _ name: String, _ function: Function, partition: [OrderKey], order: [OrderTerm], tiesAreEqual: Bool = false
  ) {
    self.name = name
    self.function = function
    self.partition = partition
    self.order = order
    self.tiesAreEqual = tiesAreEqual
  }
}

/// A key of a partition or a group, with how its values are compared.
public struct OrderKey: Hashable, Sendable {
  public var expression: Expression
  public var collation: Collation

  public init(_ expression: Expression, _ collation: Collation) {
    self.expression = expression
    self.collation = collation
  }
}

public struct AggregateColumn: Hashable, Sendable {
  public enum Function: Hashable, Sendable {
    /// `count(*)`
    case count
    /// `sum(x)`; of no rows, 0
    case sum(Expression)
    case minimum(Expression, Collation)
    case maximum(Expression, Collation)
    /// `count(DISTINCT x)`
    case countDistinct(Expression, Collation)
  }

  public var name: String
  public var function: Function

  public init(_ name: String, _ function: Function) {
    self.name = name
    self.function = function
  }
}
