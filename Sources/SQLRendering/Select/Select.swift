internal import SessionPlan

/// A SELECT as data: what stands between a plan's relations and the text.
struct Select: Hashable {
  /// `expression AS name`; nil: nothing is projected yet, every column of `offered` can still be named.
  var columns: [NamedExpression]?
  var isDistinct = false
  var from: From
  var joins: [Join] = []
  var conditions: [Condition] = []
  /// nil: no grouping. Empty: one row for all.
  var groups: [Group]?
  /// Conditions on groups.
  var having: [Expression] = []
  /// Window functions and aggregates. An expression names them as columns of the relation that computed them.
  var calls: [ColumnReference: Call] = [:]
  /// The name by which what is around it will know it; nil for a join that is not projected.
  var alias: String?
  /// The columns that what is around it may name, by alias.
  var offered: [Offer]
  /// Columns of a SELECT that was merged into this one, by the alias that it had.
  var merged: [ColumnReference: Expression] = [:]
  /// Whether its columns must be computed once, so that nothing may be merged into it.
  var isFenced = false
  /// Whether it reads a fenced subquery, so that it needs a condition on some engines.
  var readsFenced = false
  /// Whether each of its columns is written with AS.
  var namesColumns = false
  /// Whether its columns have names: not those that an INSERT names.
  var isNamed = true
  /// Whether its texts are shown to people, by the template `view_text`.
  var isShown = false

  struct Offer: Hashable {
    var alias: String
    var columns: [SchemaColumn]
  }

  enum Call: Hashable {
    case window(WindowColumn)
    case aggregate(AggregateColumn)
  }

  struct Group: Hashable {
    var expression: Expression
    var isText: Bool
  }

  /// What stands in FROM or behind JOIN.
  indirect enum From: Hashable {
    case table(TableReference)
    case select(Select, alias: String)
    /// All rows of its parts, or each once.
    case union([Select], isDistinct: Bool, alias: String)
    case values([SchemaColumn], [[Literal]], alias: String)

    var alias: String {
      switch self {
      case .table(let table): table.alias
      case .select(_, let alias), .union(_, _, let alias), .values(_, _, let alias): alias
      }
    }

    /// Whether it is a union that has each row once.
    var isDistinct: Bool {
      if case .union(_, true, _) = self { true } else { false }
    }
  }

  struct Join: Hashable {
    enum Kind: Hashable {
      case plain(JoinKind)
      /// Neither adds columns nor rows: the words of a semi-join or an anti-join.
      case matching(words: String)
    }
    var kind: Kind
    var rows: From
    var on: Expression
    /// Conditions on the rows that are looked up.
    var conditions: [Condition] = []
  }

  enum Condition: Hashable {
    case holds(Expression)
    case exists(Select, on: Expression, isNegated: Bool)
  }

  init(from: From, offers columns: [SchemaColumn]) {
    self.from = from
    alias = from.alias
    offered = [Offer(alias: from.alias, columns: columns)]
  }

  /// The aliases in FROM.
  var aliases: [String] { [from.alias] + joins.map(\.rows.alias) }

  /// An expression of what is around it, in terms of what is in FROM.
  func resolved(_ expression: Expression) -> Expression {
    merged.isEmpty ? expression : expression.replacingColumns { merged[$0] }
  }

  /// Every column that it offers, each under its own name.
  var allColumns: [NamedExpression] {
    offered.flatMap { offer in
      offer.columns.map { NamedExpression($0.name, resolved(.column(ColumnReference(offer.alias, $0.name)))) }
    }
  }

  /// The same with its columns written out, as a relation of its own.
  var finished: Select {
    guard columns == nil else { return self }
    var result = self
    result.columns = allColumns
    result.merged = [:]
    return result
  }

  /// The expressions that stand in it, without those inside its subqueries in FROM.
  var expressions: [Expression] {
    let conditions = (conditions + joins.flatMap(\.conditions)).map { condition in
      switch condition {
      case .holds(let expression), .exists(_, let expression, _): expression
      }
    }
    return (columns ?? []).map(\.expression) + joins.map(\.on) + conditions + (groups ?? []).map(\.expression) + having
  }

  /// The subqueries of its EXISTS.
  var existing: [Select] {
    (conditions + joins.flatMap(\.conditions)).compactMap { condition in
      if case .exists(let select, _, _) = condition { select } else { nil }
    }
  }
}

extension Select.Call {
  var operands: [Expression] {
    switch self {
    case .window(let column): column.operands
    case .aggregate(let column): column.function.operand.map { [$0] } ?? []
    }
  }

  var isWindow: Bool {
    if case .window = self { true } else { false }
  }

  /// Whether it is as short as a column where its window has a name, and computed once however often it is written.
  var isShort: Bool {
    switch self {
    case .window(let column):
      switch column.function {
      case .rowNumber, .denseRank: true
      case .previous(let value), .next(let value): value.bare.isPlain || value.isInstantOfColumn
      case .runningSum, .first: false
      }
    case .aggregate(let column):
      switch column.function {
      case .count: true
      case .sum(let value): value.bare.isPlain
      case .minimum, .maximum, .countDistinct: false
      }
    }
  }
}
