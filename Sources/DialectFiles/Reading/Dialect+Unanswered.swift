internal import SQLRendering

extension Dialect {
  /// What a file's answers are put into; nothing of it is left when they all are there.
  static let unanswered = Dialect(
    name: "", title: "", evidence: .assumed, steps: .inline, islands: .windows, capabilities: [:],
    identifiers: .init(openQuote: "", closeQuote: "", longest: 0),
    literals: .init(escapesBackslash: false, timestamp: "", null: ""),
    types: .init(integer: "", text: "", key: "", timestamp: "", instant: "", flag: ""),
    tables: .init(
      createTable: "", createIndex: nil, createLongIndex: nil, createKey: nil, createView: "", growingColumn: "",
      primaryKey: "", indexNameHasSchema: false, createScratch: "", scratchName: "", positionColumn: "",
      scratchIndex: "", analyzeScratch: nil),
    rights: .init(grantOnTable: nil, grantOnSchema: nil, grantScratchTables: nil, guardTable: []),
    queries: .init(
      subqueriesInInsert: .insideInsert, namedSubquery: "", lookupJoin: "", lookupSubquery: nil,
      leftLookupSubquery: nil, computedOnceSuffix: "", computedOnceCondition: "", limit: "", nullsFirst: "",
      nullsLast: "",
      byteOrder: "", sum: ""),
    scripts: .init(begin: "", commit: "", shellCommand: ""), templates: [:], traps: [:])
}
