internal import SessionPlan

/// Columns that nobody reads are left out.
extension Select {
  /// - Parameter needed: the columns that what is around it reads; nil for all
  mutating func prune(keeping needed: Set<String>? = nil) {
    if let needed, !isDistinct, let all = columns {
      let kept = all.filter { needed.contains($0.name) }
      columns = kept.isEmpty ? Array(all.prefix(1)) : kept
      let names = Set((columns ?? []).map(\.name))
      offered = offered.map { offer in
        Offer(alias: offer.alias, columns: offer.columns.filter { names.contains($0.name) })
      }
    }
    let read = reachableReferences()
    calls = calls.filter { read.contains($0.key) }
    func names(_ alias: String) -> Set<String> { Set(read.filter { $0.relation == alias }.map(\.name)) }
    from.prune(keeping: names(from.alias))
    for index in joins.indices {
      joins[index].rows.prune(keeping: names(joins[index].rows.alias))
      joins[index].conditions.prune()
    }
    conditions.prune()
  }

  /// The columns that its own expressions name, those of its calls included.
  func reachableReferences() -> Set<ColumnReference> {
    var found: Set<ColumnReference> = []
    var rest = expressions
    for select in existing { found.formUnion(select.reachableReferences()) }
    while let next = rest.popLast() {
      next.visitColumns { column, _ in
        if found.insert(column).inserted, let call = calls[column] { rest += call.operands }
      }
    }
    return found
  }

  /// Visits the tables that it reads, each with the names of the columns that are read of it.
  func visitTables(_ visit: (TableReference, _ columns: Set<String>) -> Void) {
    let read = reachableReferences()
    func columns(_ table: TableReference) -> Set<String> {
      Set(read.filter { $0.relation == table.alias }.map(\.name))
    }
    for source in [from] + joins.map(\.rows) {
      switch source {
      case .table(let table): visit(table, columns(table))
      case .select(let select, _): select.visitTables(visit)
      case .union(let parts, _, _): for part in parts { part.visitTables(visit) }
      case .values: break
      }
    }
    for select in existing {
      // What stands in the condition is read of both.
      if case .table(let table) = select.from { visit(table, columns(table)) } else { select.visitTables(visit) }
    }
    for expression in expressions + calls.values.flatMap(\.operands) {
      expression.visitTables { visit($0, columns($0)) }
    }
  }
}

extension Select.From {
  fileprivate mutating func prune(keeping needed: Set<String>) {
    switch self {
    case .table, .values: break
    case .select(var select, let alias):
      select.prune(keeping: needed)
      self = .select(select, alias: alias)
    case .union(var parts, let isDistinct, let alias):
      let names = isDistinct || parts.contains(where: \.isDistinct) ? nil : needed
      for index in parts.indices { parts[index].prune(keeping: names) }
      self = .union(parts, isDistinct: isDistinct, alias: alias)
    }
  }
}

extension [Select.Condition] {
  fileprivate mutating func prune() {
    self = map { condition in
      guard case .exists(var select, let on, let isNegated) = condition else { return condition }
      // Its own conditions and those of `on` name its columns.
      var names: Set<String> = []
      on.visitColumns { column, _ in
        if column.relation == select.from.alias { names.insert(column.name) }
      }
      for reference in select.reachableReferences() where reference.relation == select.from.alias {
        names.insert(reference.name)
      }
      select.from.prune(keeping: names)
      return .exists(select, on: on, isNegated: isNegated)
    }
  }
}
