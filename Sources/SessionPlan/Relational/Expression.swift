/// A value in the plan language. Nodes are named for what is meant, never for an engine's function; beside each stands
/// the SQL that it becomes on an engine that follows the standard.
public indirect enum Expression: Hashable, Sendable {
  /// `r.user_id`
  case column(ColumnReference)
  /// `'text'`, `42`, `TIMESTAMP '…'`, `NULL`
  case literal(Literal)

  // MARK: Predicates

  /// `a < b`; texts by the bytes of UTF-8 (traps T05, T06).
  case compare(Comparison, Expression, Expression, Collation)
  /// `a IS NOT DISTINCT FROM b`: NULL equals NULL.
  case isSame(Expression, Expression, Collation)
  /// `a`, which is known not to be NULL here for a reason that types do not show.
  case present(Expression)
  /// `a IS NULL`
  case isNull(Expression)
  /// `a AND b …`; of nothing, true.
  case and([Expression])
  /// `a OR b …`; of nothing, false.
  case or([Expression])
  /// `NOT a`
  case not(Expression)
  /// `EXISTS (SELECT …)`, not correlated.
  case exists(Relation)
  /// `current >= previous + gap` (boundary `new`) or `current > previous + gap` (`same`): add and compare, never
  /// subtract (trap T02). Both are instants.
  case gapExceeds(previous: Expression, current: Expression, gap: Gap, boundary: GapBoundary)

  // MARK: Times

  /// The arithmetic form of a timestamp.
  case instant(of: Expression)
  /// The stored form of an instant.
  case timestamp(of: Expression)
  /// `instant + INTERVAL …`, by whole microseconds (may be negative).
  case shift(Expression, microseconds: Int64)
  /// The exact distance of two timestamps in microseconds, for durations only, never to decide a gap.
  case durationMicroseconds(from: Expression, to: Expression)
  /// `2026-01-31`, the UTC day of a timestamp, as text.
  case day(of: Expression)
  /// A timestamp as a moment with its zone, to be compared with a source column of such a type.
  case zoned(of: Expression)
  /// The server's clock, UTC.
  case serverNow
  /// A source column's time as a timestamp in UTC; NULL where it is NULL, no time, or outside the range that is
  /// sessionized.
  case sourceTimestamp(Expression, TimeReading)
  /// Whether a source column's value, for which `sourceTimestamp` is NULL, is a time outside the range.
  case isSourceTimeOutOfRange(Expression, TimeReading)

  // MARK: Numbers

  /// `a + b`, on integers
  case add(Expression, Expression)
  /// `a - b`, on integers
  case subtract(Expression, Expression)
  /// `a * b`, on integers
  case multiply(Expression, Expression)
  /// The whole part of `a / b`, for a ≥ 0 and b > 0.
  case divide(Expression, Expression)
  /// Microseconds as seconds with six decimals.
  case seconds(microseconds: Expression)

  // MARK: Texts

  /// `a || b || …`; none may be NULL (trap T13).
  case concatenate([Expression])
  /// The length in bytes of UTF-8.
  case byteLength(Expression)
  /// SHA-256 of the UTF-8 bytes in lower-case hex; needs `PlanProfile.hasSHA256`.
  case sha256(Expression)
  /// An integer in decimal.
  case decimalText(Expression)
  /// A timestamp as `YYYY-MM-DD HH:MM:SS.ffffff`.
  case timestampText(Expression)
  /// A source column of any type as text: integers in decimal, uuid in lower case.
  case sourceText(Expression)
  /// A source column that should hold 64-bit integers; NULL where an engine with loose types holds something else.
  case sourceInteger(Expression)
  /// A source column of truth values as 1 or 0.
  case sourceFlag(Expression)

  // MARK: Choice

  /// `CASE WHEN … THEN … ELSE … END`
  case choose([Branch], otherwise: Expression)
  /// `coalesce(a, b, …)`
  case coalesce([Expression])

  // MARK: Look-ups

  /// `(SELECT … )` of one row and one column; NULL where there is no row.
  case scalar(Relation)
  /// `(SELECT value FROM … WHERE … ORDER BY … LIMIT 1)`, correlated with the row at hand; NULL where there is no row.
  /// Needs `PlanProfile.hasCorrelatedLookup`.
  case lookup(Lookup)
}

public struct ColumnReference: Hashable, Sendable {
  /// The alias of the relation that the column comes from.
  public var relation: String
  public var name: String

  public init(_ relation: String, _ name: String) {
    self.relation = relation
    self.name = name
  }
}

public enum Literal: Hashable, Sendable {
  case integer(Int64)
  case text(String)
  case timestamp(Timestamp)
  case flag(Bool)
  case null(ValueType)
  /// `{{ name }}` in rendered text: a value that is put in later. Cannot be executed.
  case placeholder(String, ValueType)
}

public enum Comparison: String, Hashable, Sendable, CaseIterable {
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

/// How two values are compared.
public enum Collation: Hashable, Sendable {
  /// Numbers and times, by value.
  case value
  /// Texts, by the bytes of UTF-8.
  case bytes
}

/// One `WHEN … THEN …`.
public struct Branch: Hashable, Sendable {
  public var when: Expression
  public var then: Expression

  public init(_ when: Expression, then: Expression) {
    self.when = when
    self.then = then
  }
}

/// The first value, in an order, of the rows that match.
public struct Lookup: Hashable, Sendable {
  public var value: Expression
  public var from: Relation
  public var matching: Expression
  public var order: [OrderTerm]
  /// Whether there may be no matching row.
  public var mayMiss: Bool

  public init(
    _ value: Expression, from: Relation, matching: Expression, order: [OrderTerm], mayMiss: Bool = true
  ) {
    self.mayMiss = mayMiss
    self.value = value
    self.from = from
    self.matching = matching
    self.order = order
  }
}

/// One term of an order. Every order in a plan is total (trap T08) and says where NULL goes (trap T22).
public struct OrderTerm: Hashable, Sendable {
  public enum Nulls: Hashable, Sendable {
    /// The expression is never NULL.
    case none
    /// In an ascending order.
    case first
    /// In a descending order, the exact reverse.
    case last
  }

  public var expression: Expression
  public var collation: Collation
  public var isDescending: Bool
  public var nulls: Nulls

  public init(_ expression: Expression, _ collation: Collation, descending: Bool = false, nulls: Nulls = .none) {
    self.expression = expression
    self.collation = collation
    isDescending = descending
    self.nulls = nulls
  }
}
