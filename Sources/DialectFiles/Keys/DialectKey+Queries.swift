internal import SQLRendering

extension DialectKey {
  static let queryKeys: [DialectKey] = [
    .word(
      "queries.subqueries_in_insert", \.queries.subqueriesInInsert,
      "Where the named subqueries of INSERT … SELECT stand (trap T01).", example: .insideInsert),
    .text(
      "queries.named_subquery", \.queries.namedSubquery, "Between the name of a subquery and its body.", example: "AS"),
    .flag(
      "queries.hoists_subqueries", \.queries.hoistsSubqueries,
      "Whether subqueries in FROM are written as named ones before the query.", or: true, example: true),
    .flag(
      "queries.names_windows", \.queries.namesWindows,
      "Whether windows that several functions share stand in a WINDOW clause under a name.", or: false),
    .flag(
      "queries.names_every_column", \.queries.namesEveryColumn,
      "Whether every column of a SELECT has an AS, even where its name is its own: for engines that call it otherwise.",
      or: false),
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
    .flag(
      "queries.joins_by_equality_alone", \.queries.joinsByEqualityAlone,
      "Whether an outer join is fast only where it compares columns of both sides, with no other condition beside that.",
      or: false),
    .optional(
      "queries.range_lookup_equality", \.queries.rangeLookupEquality,
      "Equality in a look-up that goes on by a range of another column, where the engine looks the range up only if all "
        + "of it is asked for as one; ~ where = does.", takes: "a b", mustAnswer: false,
      example: "{a} >= {b} AND {a} <= {b}"),
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
      "queries.nulls_last", \.queries.nullsLast,
      "Follows a term of a descending order whose NULLs come last; empty where that is the default (trap T22).",
      example: "NULLS LAST"),
    .text(
      "queries.byte_order", \.queries.byteOrder,
      "Follows a term of an order by the bytes of a text; empty where that is the default (trap T06).", example: ""),
    .text(
      "queries.sum", \.queries.sum, "The sum of integers as an integer, 0 for no rows.", takes: "a",
      example: "coalesce(sum({a}), 0)"),
    .text(
      "queries.table_alias", \.queries.tableAlias, "A table or subquery in FROM under its alias.",
      takes: "rows alias", or: "{rows} AS {alias}", example: "{rows} {alias}"),
    .text(
      "queries.from_nothing", \.queries.fromNothing,
      "Follows the columns of a SELECT of constants; empty where nothing must.", or: "", example: "FROM dual"),
    .optional(
      "queries.limit_before_columns", \.queries.limitBeforeColumns,
      "The first {n} rows, where that stands before the columns; ~ where queries.limit follows.", takes: "n",
      mustAnswer: false, example: "TOP ({n})"),
    .text(
      "queries.previous", \.queries.previous, "The value of the row before, NULL at the first (trap T09).",
      takes: "a", or: "lag({a})", example: "lag(toNullable({a}))"),
    .text(
      "queries.next", \.queries.next, "The value of the row behind, NULL at the last (trap T09).",
      takes: "a", or: "lead({a})", example: "lead(toNullable({a}))"),
    .text(
      "queries.first", \.queries.first, "The value of the frame's first row, NULL where it is NULL (trap T10).",
      takes: "a", or: "first_value({a})", example: "first_value({a})"),
    .text("queries.count", \.queries.count, "The number of rows.", or: "count(*)", example: "count_big(*)"),
    .text(
      "queries.count_distinct", \.queries.countDistinct, "The number of different values.", takes: "a",
      or: "count(DISTINCT {a})", example: "count_big(DISTINCT {a})"),
    .text(
      "queries.minimum", \.queries.minimum, "The least value; of no rows, NULL.", takes: "a", or: "min({a})",
      example: "min(toNullable({a}))"),
    .text(
      "queries.maximum", \.queries.maximum, "The greatest value; of no rows, NULL.", takes: "a", or: "max({a})",
      example: "max(toNullable({a}))"),
    .optional(
      "queries.byte_key", \.queries.byteKey,
      "A text in a form that sorts and groups by bytes, where no collation does (trap T05).", takes: "a",
      mustAnswer: false, example: "CAST({a} AS varbinary(1024))"),
    .optional(
      "queries.equal_bytes", \.queries.equalBytes,
      "Two texts of equal bytes, where that is found faster than by compare_bytes.", takes: "a b",
      mustAnswer: false, example: "{a} = {b} AND datalength({a}) = datalength({b})"),
    .optional(
      "queries.semi_join", \.queries.semiJoin,
      "The join that keeps rows with a match on the right; ~ where EXISTS may look at the row at hand.",
      mustAnswer: false, example: "LEFT SEMI JOIN"),
    .optional(
      "queries.anti_join", \.queries.antiJoin,
      "The join that keeps rows without a match on the right; ~ where NOT EXISTS may look at the row at hand.",
      mustAnswer: false, example: "LEFT ANTI JOIN"),
  ]

  static let joinKeys: [DialectKey] = [
    .text(
      "queries.union_distinct", \.queries.unionDistinct, "Between two queries whose rows are taken once each.",
      or: "UNION", example: "UNION DISTINCT"),
    .flag(
      "queries.anti_join_as_left_join", \.queries.antiJoinAsLeftJoin,
      "Whether rows with and without a match are found by joins, because EXISTS may not look at the row at hand in every "
        + "way that is needed (trap T31).", or: false),
    .flag(
      "queries.extends_windows", \.queries.extendsWindows,
      "Whether a function may give a window of a WINDOW clause a frame, as OVER (w ROWS UNBOUNDED PRECEDING).",
      or: false),
    .flag(
      "queries.inserts_all_columns", \.queries.insertsAllColumns,
      "Whether an INSERT must give every column of its table a value, be it NULL.", or: false),
  ]

  static let scriptKeys: [DialectKey] = [
    .text(
      "scripts.lock", \.scripts.lock,
      "Takes what keeps other runs away, before anything else of a run; empty where scripts.begin does, or nothing (trap "
        + "T36).", takes: "runs? runs_text?", or: "", example: "DO get_lock({runs_text}, 3600)"),
    .text(
      "scripts.begin", \.scripts.begin,
      "Begins a transaction that no other run of the job can come into; empty where the engine has none. {runs} is "
        + "the name of the run ledger, {runs_text} the same as a text constant.", takes: "runs? runs_text?",
      example: "BEGIN"),
    .text("scripts.commit", \.scripts.commit, "Ends it.", takes: "runs? runs_text?", example: "COMMIT"),
    .text(
      "scripts.shell_command", \.scripts.shellCommand, "The shell command that runs a script.", takes: "file",
      example: "psql -f {file}"),
    .text(
      "scripts.needs", \.scripts.needs, "What a run needs: rights, settings, tablespaces; part of the script's header.",
      or: "", example: "SELECT on the source, SELECT and INSERT on the ledgers"),
    .text(
      "scripts.two_runs", \.scripts.twoRuns, "Whether two runs at once are safe, and why; part of the script's header.",
      or: "", example: "safe; the second one waits for the lock"),
    .text(
      "scripts.after_a_crash", \.scripts.afterACrash,
      "What is left of a run that died, and what to do; part of the script's header.", or: "",
      example: "leaves nothing; run it again"),
    .word(
      "scripts.steps", \.scripts.steps, "As profile.steps, in scripts.", or: .inline, example: .inline),
    .word("scripts.islands", \.scripts.islands, "As profile.islands, in scripts.", or: .windows, example: .windows),
    .list(
      "scripts.opening", \.scripts.opening, "Statements at the beginning of each script.", or: [],
      example: ["SET TIME ZONE 'UTC'"]),
    .list(
      "scripts.closing", \.scripts.closing,
      "Statements at the end of each script but a run's, such as a COMMIT where the shell leaves it to the script.",
      or: [], example: ["COMMIT"]),
    .text(
      "scripts.terminator", \.scripts.terminator, "Follows each statement.", or: ";", example: ";\nGO"),
    .flag(
      "scripts.scratch_before_transaction", \.scripts.scratchBeforeTransaction,
      "Whether scratch tables are made before scripts.begin, because making one would end the transaction (T17); they "
        + "are filled after it, unless create_scratch_as does both at once (T36).",
      or: false),
    .optional(
      "scripts.instead", \.scripts.instead,
      "The dialect whose scripts are the right ones where this one needs functions that only the tool has.",
      mustAnswer: false, example: "sqlite"),
  ]
}
