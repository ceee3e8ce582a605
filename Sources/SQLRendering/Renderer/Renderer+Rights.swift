public import SessionPlan

/// Rights and guards. Some engines need code in a text of its own for them, in which names stand as text constants.
extension Renderer {
  /// No text where the engine has no such right, and so needs none.
  func grant(_ grant: Grant) throws -> [String] {
    let rights = dialect.rights
    let text: String
    switch grant {
    case .table(let table, let privileges, let role):
      text = try fill(
        try known(rights.grantOnTable, "grant_on_table"),
        [
          "rights": privileges.map(\.rawValue).joined(separator: ", "), "table": try quoted(table),
          "role": try quoted(role),
        ], "grant_on_table")
    case .schema(let table, let role):
      if rights.grantOnSchema == nil, rights.grantOnTable != nil { return [] }
      text = try fill(
        try known(rights.grantOnSchema, "grant_on_schema"),
        [
          "schema": table.parts.count > 1 ? try embeddedText(table.parts[table.parts.count - 2]) : "NULL",
          "table_text": try embeddedText(try identifier(table)), "role": try embeddedText(role),
        ], "grant_on_schema")
    case .scratchTables(let role):
      text = try fill(
        try known(rights.grantScratchTables, "grant_scratch_tables"), ["role": try embeddedText(role)],
        "grant_scratch_tables")
    }
    return [text]
  }

  /// The SQL of a question; no text where the dialect has no way to ask it.
  public func render(_ question: RightsQuestion) throws -> [String] {
    switch question {
    case .state(let grant): try state(of: grant).map { [restored($0)] } ?? []
    case .attempt(let statement):
      try render(statement).compactMap { sql in
        try dialect.rights.attemptDefinition.map {
          restored(try fill($0, ["statement_text": try quotedSQL(sql)], "attempt_definition"))
        }
      }
    }
  }

  private func state(of grant: Grant) throws -> String? {
    let rights = dialect.rights
    switch grant {
    case .table(let table, let privileges, let role):
      return try rights.findGrantOnTable.map {
        try fill(
          $0,
          [
            "table_text": try quotedText(try identifier(table)), "role_text": try quotedText(role),
            "rights_text": try quotedText(privileges.map(\.rawValue).joined(separator: ", ")),
          ], "find_grant_on_table")
      }
    case .schema(let table, let role):
      return try rights.findGrantOnSchema.map {
        try fill(
          $0, ["table_text": try quotedText(try identifier(table)), "role_text": try quotedText(role)],
          "find_grant_on_schema")
      }
    case .scratchTables(let role):
      return try rights.findGrantScratchTables.map {
        try fill($0, ["role_text": try quotedText(role)], "find_grant_scratch_tables")
      }
    }
  }

  func guardTable(_ table: ObjectName) throws -> [String] {
    guard !dialect.rights.guardTable.isEmpty else { throw unknown("guard_table", "trigger") }
    var values = try guardNames(of: table)
    values["message"] = "this table is a ledger of sessionizer: rows are only ever inserted"
    return try dialect.rights.guardTable.map { try fill($0, values, "guard_table") }
  }

  /// What the texts of a guard may name.
  func guardNames(of table: ObjectName) throws -> [String: String] {
    let (onUpdate, onDelete) = (table.last + "_no_update", table.last + "_no_delete")
    return [
      "table": try quoted(table), "table_name": try quoted(table.last),
      "table_text": try embeddedText(try identifier(table)),
      "table_name_text": try embeddedText(table.last),
      "schema_text": table.parts.count > 1 ? try embeddedText(table.parts[table.parts.count - 2]) : "NULL",
      "function": try quoted(table.sibling("sessionizer_insert_only")),
      "guard_update": try quoted(table.sibling(onUpdate)), "guard_delete": try quoted(table.sibling(onDelete)),
      "guard_delete_text": try embeddedText(onDelete),
    ]
  }

  private func known(_ template: String?, _ node: String) throws(RenderingError) -> String {
    guard let template else { throw unknown(node, "role") }
    return template
  }

  private func unknown(_ node: String, _ thing: String) -> RenderingError {
    RenderingError(
      dialect: dialect.name, node: node, message: "this dialect has no \(thing)s of that kind",
      remedy: "omit the option")
  }

  /// A text constant that may stand inside dollar-quoted code.
  private func embeddedText(_ text: String) throws(RenderingError) -> String {
    guard !text.unicodeScalars.contains("$") else {
      throw RenderingError(
        dialect: dialect.name, node: "grant", message: "the name \(text) has a dollar sign",
        remedy: "carry out the statements of `sessionizer create --grant … --dry-run` by hand")
    }
    return try quotedText(text)
  }
}
