extension Expression {
  static func column(_ relation: String, _ name: String) -> Expression { .column(ColumnReference(relation, name)) }
  static func integer(_ value: Int64) -> Expression { .literal(.integer(value)) }
  static func text(_ value: String) -> Expression { .literal(.text(value)) }
  static func null(_ type: ValueType) -> Expression { .literal(.null(type)) }

  func equals(_ other: Expression, _ collation: Collation) -> Expression { .compare(.equal, self, other, collation) }
  func differs(from other: Expression, _ collation: Collation) -> Expression {
    .compare(.notEqual, self, other, collation)
  }
  func isLess(than other: Expression) -> Expression { .compare(.less, self, other, .value) }
  func isAtMost(_ other: Expression) -> Expression { .compare(.lessOrEqual, self, other, .value) }
  func isGreater(than other: Expression) -> Expression { .compare(.greater, self, other, .value) }
  func isAtLeast(_ other: Expression) -> Expression { .compare(.greaterOrEqual, self, other, .value) }
  func plus(_ number: Int64) -> Expression {
    number < 0 ? .subtract(self, .integer(-number)) : .add(self, .integer(number))
  }
  var isPresent: Expression { .not(.isNull(self)) }
}

extension TableReference {
  subscript(name: String) -> Expression { .column(alias, name) }

  func with(alias: String) -> TableReference { TableReference(kind, alias: alias, columns: columns, keys: keys) }
}

extension Relation {
  func filter(_ predicate: Expression) -> Relation { .filter(self, predicate) }
  func project(_ columns: [NamedExpression], as alias: String) -> Relation { .project(self, columns, alias: alias) }
  func join(_ other: Relation, on predicate: Expression) -> Relation { .join(self, other, .inner, on: predicate) }
  func leftJoin(_ other: Relation, on predicate: Expression) -> Relation { .join(self, other, .left, on: predicate) }
  func leftLookup(_ other: Relation, on predicate: Expression) -> Relation {
    .join(self, other, .leftLookup, on: predicate)
  }
}

extension NamedExpression {
  init(_ relation: String, _ name: String) {
    self.init(name, .column(relation, name))
  }
}
