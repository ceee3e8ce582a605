public import SessionPlan

extension Renderer {
  /// The SQL of what `erase` and `retain` remove: one text, or several.
  public func render(_ removal: Removal) throws -> [String] {
    switch removal {
    case .matching(let table, let predicate):
      guard case .stored(let name) = table.kind else { throw unknownRemoval }
      var bare = self
      bare.bare = [table.alias]
      let conditions = try bare.conditions(predicate).joined(separator: "\n  AND ")
      return [restored("DELETE FROM \(try quoted(name))\nWHERE \(conditions)")]
    case .listed(let table, let column, let step, let stepColumn):
      let list = "SELECT \(try quoted(stepColumn)) FROM \(try scratchName(step))"
      return [restored("DELETE FROM \(try quoted(table))\nWHERE \(try quoted(column)) IN (\(list))")]
    // Where none can be made, there is none.
    case .findGuard where dialect.rights.guardTable.isEmpty: return []
    case .findGuard(let table):
      guard let template = dialect.rights.findGuard else { throw unknownGuard }
      return [restored(try fill(template, try guardNames(of: table), "find_guard"))]
    case .liftGuard(let table):
      guard !dialect.rights.liftGuard.isEmpty else { throw unknownGuard }
      return try dialect.rights.liftGuard.map { restored(try fill($0, try guardNames(of: table), "lift_guard")) }
    }
  }

  private var unknownRemoval: RenderingError {
    RenderingError(dialect: dialect.name, node: "removal", message: "rows are removed from tables only")
  }

  private var unknownGuard: RenderingError {
    RenderingError(
      dialect: dialect.name, node: "lift_guard", message: "this dialect does not say how a guard is lifted",
      remedy: "add rights.find_guard and rights.lift_guard to the dialect, or erase by hand")
  }
}
