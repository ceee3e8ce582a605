internal import SQLRendering

extension DialectKey {
  static let queryKeys: [DialectKey] = [
    .word(
      "queries.subqueries_in_insert", \.queries.subqueriesInInsert,
      "Where the named subqueries of INSERT … SELECT stand (trap T01).", example: .insideInsert),
    .text(
      "queries.named_subquery", \.queries.namedSubquery, "Between the name of a subquery and its body.", example: "AS"),
    .text(
      "queries.lookup_join", \.queries.lookupJoin,
      "A join that keeps the written order: the left drives, the right is looked up.", example: "JOIN"),
    .optional(
      "queries.lookup_subquery", \.queries.lookupSubquery,
      "The same where only a subquery that depends on the row at hand keeps the order; ~ where lookup_join does.",
      takes: "rows alias", example: "CROSS JOIN LATERAL (\n{rows}\n) AS {alias}"),
    .optional(
      "queries.left_lookup_subquery", \.queries.leftLookupSubquery,
      "The same where rows without a match stay; ~ where a plain left join does.", takes: "rows alias",
      example: "LEFT JOIN LATERAL (\n{rows}\n) AS {alias} ON TRUE"),
    .text(
      "queries.computed_once_suffix", \.queries.computedOnceSuffix,
      "Follows a subquery whose columns are to be computed once; empty where the engine does so by itself.",
      example: ""),
    .text(
      "queries.computed_once_condition", \.queries.computedOnceCondition,
      "A condition that a query around such a subquery has where it has no other; empty for none.", example: ""),
    .text("queries.limit", \.queries.limit, "The first {n} rows (trap T21).", takes: "n", example: "LIMIT {n}"),
    .text(
      "queries.nulls_first", \.queries.nullsFirst,
      "Follows a term of an ascending order whose NULLs come first; empty where that is the default (trap T22).",
      example: "NULLS FIRST"),
    .text(
      "queries.byte_order", \.queries.byteOrder,
      "Follows a term of an order by the bytes of a text; empty where that is the default (trap T06).", example: ""),
    .text(
      "queries.sum", \.queries.sum, "The sum of integers as an integer, 0 for no rows.", takes: "a",
      example: "coalesce(sum({a}), 0)"),
  ]

  static let scriptKeys: [DialectKey] = [
    .text(
      "scripts.begin", \.scripts.begin,
      "Begins a transaction that no other run of the job can come into; empty where the engine has none. {runs_text} "
        + "is the name of the run ledger as a text constant.", takes: "runs_text?", example: "BEGIN"),
    .text("scripts.commit", \.scripts.commit, "Ends it.", takes: "runs_text?", example: "COMMIT"),
    .text(
      "scripts.shell_command", \.scripts.shellCommand, "The shell command that runs a script.", takes: "file",
      example: "psql -f {file}"),
    .word(
      "scripts.steps", \.scripts.steps, "As profile.steps, in scripts.", or: .inline, example: .inline),
    .word("scripts.islands", \.scripts.islands, "As profile.islands, in scripts.", or: .windows, example: .windows),
    .optional(
      "scripts.instead", \.scripts.instead,
      "The dialect whose scripts are the right ones where this one needs functions that only the tool has.",
      mustAnswer: false, example: "sqlite"),
  ]
}
