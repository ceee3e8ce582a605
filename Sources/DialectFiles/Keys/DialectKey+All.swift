extension DialectKey {
  /// Every key but those that describe the file itself, in the order of the documentation.
  package static let all: [DialectKey] =
    profileKeys + capabilityKeys + identifierKeys + literalKeys + typeKeys + tableKeys + schemaKeys + rightsKeys
    + queryKeys + joinKeys + scriptKeys + sessionKeys + catalogKeys + odbcKeys + adbcKeys + templateKeys + trapKeys

  package static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })

  /// The sections, in order.
  package static let sections: [String] = all.reduce(into: []) { if $0.last != $1.section { $0.append($1.section) } }

  /// The names in a section.
  package static func names(in section: String) -> [String] { all.filter { $0.section == section }.map(\.name) }

  /// What a section is about.
  package static func meaning(ofSection section: String) -> String { sectionMeanings[section] ?? "" }

  private static let sectionMeanings = [
    "profile": "How plans are shaped for the engine.",
    "capabilities": "What the engine can do, and how that is known.",
    "identifiers": "Names of tables and columns.",
    "literals": "Constants.",
    "types": "The column types.",
    "tables": "Statements that make things.",
    "rights": "Who may do what.",
    "queries": "The shape of queries.",
    "scripts": "Scripts for the engine's own shell, as in queries/.",
    "session":
      "What is said to a server around the plan's statements. Backends that reach many engines (ODBC, ADBC) ask for it.",
    "catalog": "Questions to the engine's own catalog.",
    "odbc": "What ODBC drivers of the engine want.",
    "adbc": "What ADBC drivers of the engine want.",
    "templates": "How each node of the plan language is written. One without a template is refused, by name.",
    "traps": "The dialect's answer to each known trap, one sentence each.",
  ]
}
