internal import CSQLite
internal import WarehouseDriver

/// How much of a database SQLite keeps in memory, in KiB; as much again for scratch tables, and up to 1.5 times as much
/// while it sorts. Reading makes do with less: its look-ups are neighbours. See the README.
func cacheKibibytes(isReadOnly: Bool) -> Int { isReadOnly ? 24_576 : 65_536 }

/// Opens a database and applies the connection's settings.
func openDatabase(
  at location: DatabaseLocation, options: ConnectionOptions
) throws(DriverError) -> Database {
  let isReadOnly = options.readOnly && location.path != nil
  try location.check(mayCreate: options.mayCreate && !isReadOnly)
  func open(_ name: String, _ flags: Int32) throws(DriverError) -> Database {
    let database = try Database(
      openName: name, name: location.name, flags: flags, options: options)
    try configure(database)
    // SQLite opens lazily: this is where it finds out that the file is not a database.
    _ = try database.text("SELECT count(*) FROM main.sqlite_master", .connect)
    return database
  }
  var database: Database
  if isReadOnly {
    do {
      database = try open(location.openName, SQLITE_OPEN_READONLY)
    } catch {
      // A database in WAL mode needs its index file, even for reading. Where that cannot be made (a folder that is not
      // writable), the file by itself is whole if there is no log beside it.
      let primary = error.vendorCode.map { Int32($0) & 0xff }
      guard primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY, !location.hasLog else { throw error }
      guard let immutable = try? open(location.immutableURI, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI) else {
        throw error
      }
      database = immutable
    }
  } else {
    database = try open(
      location.openName, SQLITE_OPEN_READWRITE | (options.mayCreate || location.path == nil ? SQLITE_OPEN_CREATE : 0))
    // SQLite falls back to reading where the file may not be written; better to hear it now than at the first insert.
    if sqlite3_db_readonly(database.handle, "main") == 1 {
      throw DriverError(
        .readOnly, phase: .connect, "\(location.name) cannot be written", remedy: "check the rights of the file")
    }
  }
  try refuseOtherEncodings(database)
  let cache = cacheKibibytes(isReadOnly: isReadOnly)
  try database.run("PRAGMA main.cache_size=-\(cache)", .connect)
  try database.run("PRAGMA temp.cache_size=-\(cache)", .connect)
  try database.run("PRAGMA temp.secure_delete=OFF", .connect)
  if !isReadOnly { try useWriteAheadLog(database) }
  return database
}

private func configure(_ database: Database) throws(DriverError) {
  let settings: [(Int32, Int32)] = [
    // A misspelt "name" is an error, not a string (trap T15).
    (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
    // The database may be a stranger's: its views and triggers call no functions that could do harm, and nobody
    // writes into its catalog.
    (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (SQLITE_DBCONFIG_DEFENSIVE, 1),
  ]
  for (option, value) in settings {
    let code = sessionizer_sqlite_configure(database.handle, option, value)
    guard code == SQLITE_OK else { throw database.error(code, .connect) }
  }
  registerSHA256(on: database.handle)
  registerTimeFunctions(on: database.handle)
}

/// Trap T27: in a UTF-16 database the order of texts by bytes is another one.
private func refuseOtherEncodings(_ database: Database) throws(DriverError) {
  let encoding = try database.text("PRAGMA encoding", .connect) ?? ""
  guard encoding == "UTF-8" else {
    throw DriverError(
      .encoding, phase: .connect, "\(database.name) stores its texts as \(encoding), not as UTF-8",
      remedy: "copy it: (echo 'PRAGMA encoding=\"UTF-8\";'; sqlite3 OLD .dump) | sqlite3 NEW")
  }
}

/// Readers and the one writer do not wait for each other. Another connection may be in the way of the change: then the
/// database stays as it is, which is slower but as safe.
private func useWriteAheadLog(_ database: Database) throws(DriverError) {
  try database.run("PRAGMA synchronous=FULL", .connect)
  let mode = try database.text("PRAGMA main.journal_mode", .connect)
  guard mode != "wal", mode != "memory" else { return }
  let timeout = database.callbacks.lockTimeout
  database.callbacks.lockTimeout = .zero
  defer { database.callbacks.lockTimeout = timeout }
  do {
    try database.run("PRAGMA main.journal_mode=WAL", .connect)
  } catch  where error.code == .locked {}
}
