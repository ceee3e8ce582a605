internal import SQLRendering
internal import SessionPlan

extension DialectKey {
  static let catalogKeys: [DialectKey] = [
    .optional(
      "catalog.tables", \.catalog.tables,
      "Gives the tables and views called {name} of a schema, or of a database where there are no schemas: name, and a word "
        + "with TABLE or VIEW in it. ~ asks the driver's own catalog functions; with it, the two that follow are asked.",
      takes: "name namespace", mustAnswer: false,
      example:
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = {namespace} AND table_name = {name}"
    ),
    .optional(
      "catalog.columns", \.catalog.columns,
      "Gives the columns of that table, in their order: name, type as types names it, 1 where it may be NULL and "
        + "else 0.", takes: "name namespace", mustAnswer: false,
      example:
        "SELECT column_name, data_type, CASE is_nullable WHEN 'NO' THEN 0 ELSE 1 END FROM information_schema.columns WHERE table_schema = {namespace} AND table_name = {name} ORDER BY ordinal_position"
    ),
    .optional(
      "catalog.key", \.catalog.key, "Gives the columns of that table's primary key, in their order.",
      takes: "name namespace", mustAnswer: false,
      example:
        "SELECT column_name FROM information_schema.statistics WHERE table_schema = {namespace} AND table_name = {name} AND index_name = 'PRIMARY' ORDER BY seq_in_index"
    ),
    .optional(
      "catalog.indexes", \.catalog.indexes,
      "Gives the columns by which an index over all rows of that table begins, for `doctor`.",
      takes: "name namespace", mustAnswer: false,
      example:
        "SELECT column_name FROM information_schema.statistics WHERE table_schema = {namespace} AND table_name = {name} AND seq_in_index = 1"
    ),
    .words(
      "catalog.types", \.catalog.types, among: ValueType.inSources,
      "What a column is by the driver's name of its type, in lower case without lengths, where the number of the type "
        + "alone does not say it.", example: ["timestamptz": .zonedTimestamp]),
  ]

  static let adbcKeys: [DialectKey] = [
    .list(
      "adbc.drivers", \.adbc.drivers,
      "Names of drivers, the best first: of a manifest, or of a library without lib and its ending.", or: [],
      example: ["duckdb"]),
    .optional(
      "adbc.entry_point", \.adbc.entryPoint,
      "The function with which such a library begins; ~ goes by the library's name, as ADBC's driver manager does.",
      mustAnswer: false, example: "duckdb_adbc_init"),
    .word(
      "adbc.append", \.adbc.append,
      "How rows are inserted in bulk: the driver's own ingest, the same where it takes all columns of a table in their "
        + "order and no fewer (ingest_whole), INSERT … VALUES with a parameter for each column (bind), or with constants "
        + "(values).",
      or: .ingest, example: .bind),
    .text(
      "adbc.location_option", \.adbc.locationOption,
      "The database option whose value is what stands in a target after its scheme.", or: "uri", example: "path"),
    .list(
      "adbc.database_options", \.adbc.databaseOptions, "Set before a database is opened, name=value each.", or: [],
      example: ["access_mode=automatic"]),
    .flag(
      "adbc.is_file", \.adbc.isFile,
      "Whether what stands in a target after its scheme is the path of a file, which is made only where it may be.",
      or: false),
    .flag(
      "adbc.cancels", \.adbc.cancels,
      "Whether the driver stops a statement that is being carried out; else a cancelled command waits for its end.",
      or: true),
    .list(
      "adbc.reading_options", \.adbc.readingOptions,
      "Set before a database is opened that is only read, name=value each.",
      or: [], example: ["access_mode=READ_ONLY"]),
    .flag(
      "adbc.times_as_text", \.adbc.timesAsText,
      "Whether times are sent as text, in the form that `create` gives a column of them.", or: false),
    .flag(
      "adbc.retries_locked", \.adbc.retriesLocked,
      "Whether a statement that finds another connection's lock is carried out again until the lock timeout, because the "
        + "engine does not wait. It must have undone all of the statement.", or: false),
    .list(
      "adbc.other_query_options", \.adbc.otherQueryOptions,
      "Set for a statement that gives rows and does not begin with SELECT or WITH, name=value each.", or: [],
      example: ["adbc.postgresql.use_copy=false"]),
    .flag(
      "adbc.numbers_parameters", \.adbc.numbersParameters, "Whether parameters are numbered, $1, and not ?.", or: false),
    .flag(
      "adbc.counts_in_rows", \.adbc.countsInRows,
      "Whether an INSERT gives a row with the number of rows that it has inserted, where the driver does not report it.",
      or: false),
  ]
}

extension ValueType {
  /// The types that columns of a source may have.
  fileprivate static let inSources: [ValueType] = [.integer, .text, .timestamp, .zonedTimestamp, .flag]
}
