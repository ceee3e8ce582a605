extension Dialect {
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
    /// Whether an outer join is fast only where it compares columns of both sides, with no other condition beside that:
    /// the engine then compares each row with each. Defaults to false.
    public var joinsByEqualityAlone = false
    /// `{a}`, `{b}`: equality in a look-up that goes on by a range of another column, where the engine looks the range
    /// up only if all of it is asked for as one; nil where `=` does.
    public var rangeLookupEquality: String?
    /// Follows a subquery whose columns are to be computed once; empty where the engine does so by itself.
    public var computedOnceSuffix: String
    /// A condition that a query around such a subquery has where it has no other; empty for none.
    public var computedOnceCondition: String
    /// `{n}`: the first n rows.
    public var limit: String
    /// Follows a term of an ascending order whose NULLs come first; empty where that is the default.
    public var nullsFirst: String
    /// Follows a term of a descending order whose NULLs come last.
    public var nullsLast: String
    /// Follows a term of an order by the bytes of a text; empty where that is the default.
    public var byteOrder: String
    /// `{a}`: the sum of integers as an integer, 0 for no rows
    public var sum: String
    /// `{rows}`, `{alias}`: a table or subquery in FROM under its alias.
    public var tableAlias: String
    /// Follows the columns of a SELECT of constants, such as `FROM dual`; empty where nothing must.
    public var fromNothing: String
    /// `{n}`: the first n rows, where that stands before the columns, such as `TOP ({n})`; nil where `limit` follows.
    public var limitBeforeColumns: String?
    /// `{a}`: the value of the row before, NULL at the first (trap T09).
    public var previous: String
    /// `{a}`: the value of the row behind, NULL at the last (trap T09). Defaults to `lead({a})`.
    public var next: String
    /// `{a}`: the value of the first row in the frame, NULL where it is NULL.
    public var first: String
    /// The number of rows.
    public var count: String
    /// `{a}`
    public var countDistinct: String
    /// `{a}`; of no rows, NULL
    public var minimum: String
    public var maximum: String
    /// `{a}`: a text in a form that sorts and groups by bytes, where no collation does (trap T05); nil where texts do.
    public var byteKey: String?
    /// `{a}`, `{b}`: two texts of equal bytes, where that is found faster than by `compare_bytes`; nil where it is not.
    public var equalBytes: String?
    /// Joins that keep the rows with, and those without, a match on the right, where EXISTS may not look at the row at
    /// hand, such as `LEFT SEMI JOIN`; nil: EXISTS and NOT EXISTS.
    public var semiJoin: String?
    public var antiJoin: String?
    /// Between two queries whose rows are taken once each. Defaults to `UNION`.
    public var unionDistinct: String
    /// Whether rows with and without a match are found by joins, because EXISTS may not look at the row at hand in
    /// every way that is needed (trap T31). Defaults to false.
    public var antiJoinAsLeftJoin: Bool
    /// Whether subqueries in FROM are written as named ones before the query.
    public var hoistsSubqueries: Bool
    /// Whether windows that several functions share stand in a WINDOW clause under a name.
    public var namesWindows: Bool
    /// Whether a function may give a named window a frame, `OVER (w ROWS UNBOUNDED PRECEDING)`. Defaults to false.
    public var extendsWindows = false
    /// Whether every column of a SELECT is written with AS, even where its name is the column's own.
    public var namesEveryColumn: Bool
    /// Whether an INSERT must give every column of its table a value, be it NULL. Defaults to false.
    public var insertsAllColumns: Bool

    public init(
      subqueriesInInsert: SubqueryPlacement, namedSubquery: String, lookupJoin: String, lookupSubquery: String?,
      leftLookupSubquery: String?, rangeLookupEquality: String? = nil,
      computedOnceSuffix: String,
      computedOnceCondition: String, limit: String, nullsFirst: String, nullsLast: String, byteOrder: String,
      sum: String,
      tableAlias: String = "{rows} AS {alias}", fromNothing: String = "", limitBeforeColumns: String? = nil,
      previous: String = "lag({a})", next: String = "lead({a})", first: String = "first_value({a})",
      count: String = "count(*)",
      countDistinct: String = "count(DISTINCT {a})", minimum: String = "min({a})", maximum: String = "max({a})",
      byteKey: String? = nil, equalBytes: String? = nil, semiJoin: String? = nil, antiJoin: String? = nil,
      unionDistinct: String = "UNION", antiJoinAsLeftJoin: Bool = false, hoistsSubqueries: Bool = true,
      namesWindows: Bool = false,
      namesEveryColumn: Bool = false, insertsAllColumns: Bool = false
    ) {
      self.unionDistinct = unionDistinct
      self.antiJoinAsLeftJoin = antiJoinAsLeftJoin
      self.hoistsSubqueries = hoistsSubqueries
      self.namesWindows = namesWindows
      self.namesEveryColumn = namesEveryColumn
      self.insertsAllColumns = insertsAllColumns
      self.tableAlias = tableAlias
      self.fromNothing = fromNothing
      self.limitBeforeColumns = limitBeforeColumns
      self.previous = previous
      self.next = next
      self.first = first
      self.count = count
      self.countDistinct = countDistinct
      self.minimum = minimum
      self.maximum = maximum
      self.byteKey = byteKey
      self.equalBytes = equalBytes
      self.semiJoin = semiJoin
      self.antiJoin = antiJoin
      self.subqueriesInInsert = subqueriesInInsert
      self.namedSubquery = namedSubquery
      self.lookupJoin = lookupJoin
      self.lookupSubquery = lookupSubquery
      self.leftLookupSubquery = leftLookupSubquery
      self.rangeLookupEquality = rangeLookupEquality
      self.computedOnceSuffix = computedOnceSuffix
      self.computedOnceCondition = computedOnceCondition
      self.limit = limit
      self.nullsFirst = nullsFirst
      self.nullsLast = nullsLast
      self.byteOrder = byteOrder
      self.sum = sum
    }
  }

  public enum SubqueryPlacement: String, Sendable, CaseIterable {
    /// `WITH … INSERT INTO t SELECT …`
    case beforeInsert
    /// `INSERT INTO t WITH … SELECT …`
    case insideInsert
    /// Nowhere: each is written out where it is read. What is read often should be in scratch tables then.
    case derivedTables
  }
}
