internal import SessionPlan

/// A SELECT with the named subqueries that it reads, in the order of their use.
struct SelectQuery {
  struct Named {
    var name: String
    var select: Select
    /// What it is for, one sentence.
    var purpose: String?
  }

  var with: [Named]
  var body: Select

  /// Columns that nobody reads are left out.
  mutating func prune() {
    body.prune()
    var needed: [String: Set<String>] = [:]
    func note(_ select: Select) {
      select.visitTables { table, columns in
        if case .named(let step) = table.kind { needed[step, default: []].formUnion(columns) }
      }
    }
    note(body)
    for index in with.indices.reversed() {
      with[index].select.prune(keeping: needed[with[index].name] ?? [])
      note(with[index].select)
    }
  }

  /// Subqueries in FROM become named ones, so that the text reads from top to bottom.
  mutating func hoist() {
    var hoisting = Hoisting(taken: takenNames)
    var result: [Named] = []
    for named in with {
      let select = hoisting.hoisted(named.select)
      result += hoisting.take()
      result.append(Named(name: named.name, select: select, purpose: named.purpose))
    }
    body = hoisting.hoisted(body)
    with = result + hoisting.take()
  }

  /// Names of tables that it reads, which a subquery of that name would hide.
  private var takenNames: Set<String> {
    var names = Set(with.map(\.name))
    for select in with.map(\.select) + [body] {
      select.visitTables { table, _ in
        switch table.kind {
        case .stored(let name): names.insert(name.last.lowercased())
        case .step(let name), .named(let name): names.insert(name)
        }
      }
    }
    return names
  }
}

/// Collects subqueries under names of their own.
private struct Hoisting {
  var taken: Set<String>
  private var collected: [SelectQuery.Named] = []
  private var names: [Select: String] = [:]

  init(taken: Set<String>) { self.taken = taken }

  mutating func take() -> [SelectQuery.Named] {
    defer { collected = [] }
    return collected
  }

  mutating func hoisted(_ select: Select) -> Select {
    var result = select
    if let parts = select.bareUnion {
      result.from = .union(parts.map { hoisted($0) }, isDistinct: select.from.isDistinct, alias: select.from.alias)
      return result
    }
    result.from = hoisted(result.from)
    for index in result.joins.indices {
      result.joins[index].rows = hoisted(result.joins[index].rows)
      result.joins[index].conditions = result.joins[index].conditions.map { hoisted($0) }
    }
    result.conditions = result.conditions.map { hoisted($0) }
    return result
  }

  private mutating func hoisted(_ condition: Select.Condition) -> Select.Condition {
    guard case .exists(var select, let on, let isNegated) = condition else { return condition }
    select.from = hoisted(select.from)
    return .exists(select, on: on, isNegated: isNegated)
  }

  private mutating func hoisted(_ source: Select.From) -> Select.From {
    switch source {
    case .table, .values: return source
    case .select(let select, let alias): return .table(table(hoisted(select), alias, select.offered.flatMap(\.columns)))
    case .union(let parts, let isDistinct, let alias):
      let inner = Select(
        from: .union(parts.map { hoisted($0) }, isDistinct: isDistinct, alias: alias), offers: parts[0].offeredColumns)
      return .table(table(inner, alias, parts[0].offeredColumns))
    }
  }

  private mutating func table(_ select: Select, _ alias: String, _ columns: [SchemaColumn]) -> TableReference {
    if let known = names[select] { return TableReference(.named(known), alias: alias, columns: columns) }
    var name = alias
    var number = 1
    while !taken.insert(name).inserted {
      number += 1
      name = "\(alias)_\(number)"
    }
    names[select] = name
    collected.append(SelectQuery.Named(name: name, select: select))
    return TableReference(.named(name), alias: alias, columns: columns)
  }
}

extension Select {
  /// The columns of a finished SELECT.
  fileprivate var offeredColumns: [SchemaColumn] { offered.flatMap(\.columns) }
}
