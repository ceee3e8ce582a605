internal import SQLRendering

/// What is said to a database through a driver that knows no engine (ODBC). The library's connection has the same in
/// Swift.
extension SQLiteDialect {
  static let session = Dialect.Session(
    opening: [
      "PRAGMA synchronous = FULL",
      "PRAGMA temp_store = FILE",
      "PRAGMA trusted_schema = OFF",
      "PRAGMA recursive_triggers = ON",
    ],
    // BEGIN alone takes no snapshot; the first read does.
    beginReading: ["BEGIN", "SELECT count(*) FROM main.sqlite_master"],
    // The writer's place before the snapshot, so that no write can fail later because another connection has written.
    beginWriting: ["BEGIN IMMEDIATE"],
    beginRun: ["BEGIN IMMEDIATE"],
    commit: ["COMMIT"],
    rollback: ["ROLLBACK"],
    // SQLite's only lock is that of the one writer.
    jobLock: .transaction,
    explain: "EXPLAIN QUERY PLAN {query}",
    version: "SELECT sqlite_version()",
    requirements: [
      .init(
        query: "SELECT CASE encoding WHEN 'UTF-8' THEN 1 ELSE 0 END FROM pragma_encoding",
        problem: "the database does not store its texts as UTF-8",
        remedy: "copy it with sqlite3 old.db .dump | sqlite3 new.db")
    ],
    ignoresCaseOfNames: true)

  static let odbc = Dialect.ODBC(
    products: ["SQLite"],
    attributes: [
      // Rows as they are made; texts as UTF-8; how long to wait for another writer, in the driver's own way, which it
      // can interrupt.
      "sqlite3odbc": ["StepAPI=1", "NoWCHAR=1", "JournalMode=WAL", "Timeout={lock_milliseconds}"],
      "libsqlite3odbc": ["StepAPI=1", "NoWCHAR=1", "JournalMode=WAL", "Timeout={lock_milliseconds}"],
    ],
    append: .values,
    rowsPerStatement: 500,
    // The driver cuts times to milliseconds, and makes a number of any text.
    timesAsText: true,
    integersAsText: true,
    // The engine's result codes: the driver has one SQLSTATE for all.
    errors: [
      "5": .locked, "6": .locked, "8": .readOnly, "9": .cancelled, "13": .diskFull, "14": .noSuchDatabase,
      "19": .constraint, "20": .wrongValue, "23": .permission, "26": .notADatabase,
    ])
}
