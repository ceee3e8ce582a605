internal import SQLRendering
internal import SessionPlan

extension DialectKey {
  static let sessionKeys: [DialectKey] = [
    .list(
      "session.opening", \.session.opening,
      "Carried out after connecting, in order: the session's zone is UTC, wrong values are errors.", or: [],
      example: ["SET TIME ZONE 'UTC'"]),
    .list(
      "session.begin_reading", \.session.beginReading,
      "Begins a transaction whose reads see one snapshot and that writes nothing.", or: [], example: ["BEGIN"]),
    .list(
      "session.begin_rehearsal", \.session.beginRehearsal,
      "The same where scratch tables may be made; empty where that of begin_reading does.", or: [],
      example: ["BEGIN"]),
    .list(
      "session.begin_writing", \.session.beginWriting, "Begins a transaction of load and create.", or: [],
      example: ["BEGIN"]),
    .list(
      "session.begin_run", \.session.beginRun,
      "Begins a transaction of a run, whose job lock is held already where it is not the transaction itself.", or: [],
      example: ["BEGIN ISOLATION LEVEL REPEATABLE READ"]),
    .list(
      "session.begin_removal", \.session.beginRemoval,
      "Begins a transaction in which nobody else may read or write {tables}, so that compare can drop what it has made; "
        + "empty where the engine has no such lock: tables then stay.", takes: "tables?", or: [],
      example: ["BEGIN", "LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"]),
    .text(
      "session.removal_table", \.session.removalTable,
      "One of {tables}, with whatever the engine wants beside each; they are separated by commas.", takes: "table",
      or: "{table}", example: "{table} WRITE"),
    .list(
      "session.end_removal", \.session.endRemoval,
      "Carried out after the end of that transaction: gives back a lock that outlives it.", or: [],
      example: ["UNLOCK TABLES"]),
    .list("session.commit", \.session.commit, "Ends a transaction.", or: [], example: ["COMMIT"]),
    .list("session.rollback", \.session.rollback, "Takes it back.", or: [], example: ["ROLLBACK"]),
    jobLock,
    .optional(
      "session.statement_timeout", \.session.statementTimeout,
      "How long a statement may take; ~ where the engine has no such setting, and the backend cancels it.",
      takes: "seconds|milliseconds", mustAnswer: false, example: "SET statement_timeout = {milliseconds}"),
    .optional(
      "session.lock_timeout", \.session.lockTimeout, "How long a statement waits for another connection's lock.",
      takes: "seconds|milliseconds", mustAnswer: false, example: "SET lock_timeout = {milliseconds}"),
    .optional(
      "session.explain", \.session.explain, "Gives the engine's plan of a statement as rows of text.", takes: "query",
      mustAnswer: false, example: "EXPLAIN {query}"),
    .optional(
      "session.version", \.session.version, "Gives one row with the server's version.", mustAnswer: false,
      example: "SELECT version()"),
    requirements,
    .optional(
      "session.namespaces", \.session.namespaces,
      "Gives the schemas (or databases, where there are no schemas) in which a name without one is looked up, one a row.",
      mustAnswer: false, example: "SELECT database()"),
    .flag(
      "session.ignores_case_of_names", \.session.ignoresCaseOfNames,
      "Whether two names of tables that differ only in the case of their letters are one, in quotes too.", or: false),
    .flag(
      "session.commits_on_ddl", \.session.commitsOnDDL,
      "Whether making or changing a table or index, temporary tables themselves left out, commits the transaction "
        + "(trap T17): then a run may not do it.", or: false),
    .list(
      "session.products", \.session.products,
      "Names by which a driver calls the engine (ODBC's SQL_DBMS_NAME, ADBC's vendor name), for "
        + "odbc: and adbc: without a dialect.", or: [],
      example: ["PostgreSQL"]),
    .words(
      "session.errors", \.session.errors, among: Dialect.Failure.allCases,
      "What an error means, by its SQLSTATE, the engine's own number, or some words of its message (at least two), "
        + "where the SQLSTATE's class does not say it.",
      example: ["42P01": .noSuchObject]),
  ]

  /// The parts of a requirement, all of them needed.
  static let requirementParts = ["query", "problem", "remedy"]

  private static let requirements = DialectKey(
    path: "session.requirements", kind: .requirements, isOptional: true,
    meaning: "What must hold of a server, looked at after opening: `query` gives 1 where it does; `problem` and "
      + "`remedy` are what the user reads where it does not.",
    standard: .records([]),
    example: .records([
      [
        "query": "SELECT CASE current_setting('server_encoding') WHEN 'UTF8' THEN 1 ELSE 0 END",
        "problem": "the database does not store its texts as UTF-8", "remedy": "make one that does",
      ]
    ]),
    get: { dialect in
      .records(
        dialect.session.requirements.map { ["query": $0.query, "problem": $0.problem, "remedy": $0.remedy] })
    },
    set: { dialect, value in
      dialect.session.requirements = value.records.map {
        .init(query: $0["query"] ?? "", problem: $0["problem"] ?? "", remedy: $0["remedy"] ?? "")
      }
    })

  /// What the statements of a job lock may name.
  static let jobLockPlaceholders: Placeholders = "name? ledger? seconds? milliseconds?"
  static let jobLockStatements = ["acquire", "release", "holder"]

  private static let jobLock = DialectKey(
    path: "session.job_lock", kind: .jobLock, isOptional: true,
    meaning: "What keeps two runs of a job apart (trap T19): `transaction` where the transaction of begin_run is the "
      + "lock, `process` where one process at a time can open the database to write, or statements: `acquire` gives 1 where the lock was taken, `holder` (or ~) says who has it. {name} is "
      + "the run ledger as a text constant of at most 60 bytes, {ledger} one that a catalog function takes; "
      + "{seconds} or {milliseconds} to wait. ~ where the engine has no lock.",
    standard: KeyValue.none,
    example: .mapping([
      "acquire": .text("SELECT get_lock({name}, {seconds})"), "release": .text("SELECT release_lock({name})"),
      "holder": .text("SELECT is_used_lock({name})"),
    ]),
    get: { dialect in
      switch dialect.session.jobLock {
      case nil: .none
      case .transaction: .text("transaction")
      case .process: .text("process")
      case .statements(let acquire, let release, let holder):
        .mapping(["acquire": .text(acquire), "release": .text(release), "holder": holder.map(KeyValue.text) ?? .none])
      }
    },
    set: { dialect, value in
      dialect.session.jobLock =
        switch value {
        case .text("process"): .process
        case .text: .transaction
        case .mapping:
          .statements(
            acquire: value["acquire"]?.text ?? "", release: value["release"]?.text ?? "",
            holder: value["holder"]?.text)
        default: nil
        }
    })

  static let odbcKeys: [DialectKey] = [
    DialectKey(
      path: "odbc.attributes", kind: .lists,
      meaning: "Put before the user's connection string where it does not say otherwise, by the driver's file name or "
        + "its beginning. {lock_milliseconds} is how long a statement waits for another connection's lock, {no_create} 1 "
        + "where a database that does not exist may not be made, and else 0.",
      standard: .mapping([:]), example: .mapping(["psqlodbc": .list(["UseDeclareFetch=1"])]),
      get: { .mapping($0.odbc.attributes.mapValues(KeyValue.list)) },
      set: { dialect, value in
        guard case .mapping(let entries) = value else { return }
        dialect.odbc.attributes = entries.mapValues(\.list)
      }),
    .word(
      "odbc.append", \.odbc.append,
      "How rows are inserted in bulk: arrays of parameters, or many rows of VALUES in one statement.", or: .arrays,
      example: .arrays),
    .integer(
      "odbc.rows_per_statement", \.odbc.rowsPerStatement, in: 1...1_000_000,
      "The most rows of one INSERT … VALUES, or of one array.", or: 1000, example: 1000),
    .flag(
      "odbc.times_as_text", \.odbc.timesAsText,
      "Whether times are sent and read as text because the driver cuts their fractions.", or: false),
    .integer(
      "odbc.parameters_per_statement", \.odbc.parametersPerStatement, in: 1...1_000_000,
      "The most parameters of one INSERT … VALUES.", or: 32_000, example: 2100),
    .flag(
      "odbc.integers_as_text", \.odbc.integersAsText,
      "Whether integers are read as text because the driver makes one of any value.", or: false),
    .flag(
      "odbc.retries_locked", \.odbc.retriesLocked,
      "Whether a statement that finds another connection's lock is carried out again until the lock timeout, because the "
        + "driver cannot stop the engine's own waiting. The engine must have undone all of the statement.", or: false),
    .flag(
      "odbc.prepares_queries", \.odbc.preparesQueries,
      "Whether queries are prepared first and then carried out, in two calls, because a driver that is given both at once "
        + "ends the process where the connection is cut in between.", or: false),
    .flag(
      "odbc.cancels_idle_statement", \.odbc.cancelsIdleStatement,
      "Whether a request to cancel names an idle statement of the connection, because the driver stops whatever the "
        + "connection is carrying out, and then closes the statement that was named, under the call that may still be "
        + "using it.", or: false),
    spool,
  ]
}
