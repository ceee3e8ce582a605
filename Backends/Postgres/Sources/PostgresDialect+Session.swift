internal import SQLRendering

/// What is said to a server through a driver that knows no engine (ODBC). libpq's connection has the same in Swift.
extension PostgresDialect {
  static let session = Dialect.Session(
    opening: [
      // Trap T04: nothing of ours depends on it, but a user's own filter or view may.
      "SET TimeZone = 'UTC'",
      "SET DateStyle = 'ISO, YMD'",
      "SET client_encoding = 'UTF8'",
      "SET standard_conforming_strings = on",
      "SET extra_float_digits = 1",
      "SET client_min_messages = warning",
      "SET jit = off",
      // A scratch table must never shadow a table of the user's, as it does where pg_temp is not named.
      """
      SELECT pg_catalog.set_config('search_path', CASE trim(path) WHEN '' THEN 'pg_temp' ELSE path || ', pg_temp' END, false)
      FROM (SELECT regexp_replace(current_setting('search_path'), '(^|,)\\s*"?pg_temp"?\\s*(?=,|$)', '') AS path) p
      """,
    ],
    // BEGIN alone takes no snapshot (trap T24).
    beginReading: ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", snapshot],
    beginRehearsal: ["BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE", snapshot],
    beginWriting: ["BEGIN ISOLATION LEVEL REPEATABLE READ", snapshot],
    beginRun: ["BEGIN ISOLATION LEVEL REPEATABLE READ", snapshot],
    commit: ["COMMIT"],
    rollback: ["ROLLBACK"],
    jobLock: .statements(
      acquire:
        "SELECT CASE WHEN pg_try_advisory_lock(\(JobLockKey.space), {ledger}::regclass::oid::integer) THEN 1 ELSE 0 END",
      release: "SELECT pg_advisory_unlock(\(JobLockKey.space), {ledger}::regclass::oid::integer)",
      holder: """
        SELECT 'server process ' || l.pid || coalesce(', ' || nullif(a.application_name, ''), '')
          || coalesce(', in a transaction since ' || to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS') || ' UTC', '')
        FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.classid = \(JobLockKey.space)::oid AND l.objid = {ledger}::regclass::oid
        """),
    statementTimeout: "SET statement_timeout = {milliseconds}",
    lockTimeout: "SET lock_timeout = {milliseconds}",
    explain: "EXPLAIN (COSTS on) {query}",
    version: "SELECT current_setting('server_version')",
    requirements: [
      .init(
        query: "SELECT CASE current_setting('server_encoding') WHEN 'UTF8' THEN 1 ELSE 0 END",
        problem: "the database does not store its texts as UTF8",
        remedy: "copy it by pg_dump into one made with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"),
      .init(
        query: "SELECT CASE WHEN current_setting('server_version_num')::integer >= 120000 THEN 1 ELSE 0 END",
        problem: "the server is older than PostgreSQL 12", remedy: "version 12 or later is needed"),
    ],
    namespaces: "SELECT s FROM unnest(current_schemas(true)) WITH ORDINALITY AS n(s, i) ORDER BY i")

  /// The first query of a transaction takes its snapshot.
  private static let snapshot = "SELECT pg_is_in_recovery()"

  static let odbc = Dialect.ODBC(
    products: ["PostgreSQL"],
    attributes: [
      "psqlodbc": [
        // Or the driver holds whole results in memory.
        "UseDeclareFetch=1", "Fetch=4096",
        // Or it sets a savepoint for each statement, and a failed transaction goes on.
        "Protocol=7.4-0",
        // Or texts longer than 8190 bytes are cut where a driver describes them.
        "MaxLongVarcharSize=2147483647", "BoolsAsChar=0",
      ]
    ],
    append: .values,
    rowsPerStatement: 1000,
    columnTypes: ["timestamptz": .zonedTimestamp, "timestamp with time zone": .zonedTimestamp, "bool": .flag],
    errors: [
      "42P01": .noSuchObject, "3F000": .noSuchObject, "3D000": .noSuchDatabase, "42703": .wrongColumn,
      "42804": .wrongColumn, "42883": .wrongColumn, "42846": .wrongColumn, "42P18": .wrongColumn,
      "42P07": .alreadyExists, "42710": .alreadyExists, "42P06": .alreadyExists,
      "42501": .permission, "25006": .readOnly, "28P01": .authentication, "28000": .authentication,
      "40001": .locked, "40P01": .locked, "55P03": .locked, "57014": .timeout,
      "53100": .diskFull, "53000": .diskFull, "53400": .diskFull, "53300": .tooManyConnections,
      "57P01": .connectionLost, "57P02": .connectionLost, "57P03": .connectionLost, "57P04": .connectionLost,
      "57P05": .connectionLost, "25P03": .connectionLost, "22P05": .encoding, "22021": .encoding,
      "54000": .constraint,
    ])
}
