internal import WarehouseDriver

/// An error as the server reports it, on the way to becoming a `DriverError`.
///
/// Only the primary message is shown: detail and hint of PostgreSQL's messages contain keys and values.
struct ServerReport {
  let state: String
  /// One line, without values.
  let message: String
  let schema: String?
  let table: String?
  let column: String?
  let constraint: String?
  let phase: DriverError.Phase
  let place: String
  let statementTimeout: Duration?
  let isLost: Bool

  init(_ reply: Reply, phase: DriverError.Phase, place: String, statementTimeout: Duration?, isLost: Bool) {
    state = reply.sqlState ?? ""
    schema = reply.field("s")
    table = reply.field("t")
    column = reply.field("c")
    constraint = reply.field("n")
    let primary = oneLine(reply.field("M") ?? "")
    // Data exceptions quote the value.
    message = state.hasPrefix("22") ? withoutQuoted(primary) : primary
    self.phase = phase
    self.place = place
    self.statementTimeout = statementTimeout
    self.isLost = isLost
  }

  private func made(
    _ code: DriverError.Code, _ text: String, _ remedy: String? = nil, retrySafe: Bool = false
  ) -> DriverError {
    DriverError(
      code, phase: phase, text, remedy: remedy, sqlState: state.isEmpty ? nil : state, isRetrySafe: retrySafe)
  }

  private var says: String { message.isEmpty ? "" : " (the server says: \(message))" }

  /// The table that the server names.
  private var object: String? {
    table.map { table in (schema.map { $0 + "." } ?? "") + table }
  }

  var error: DriverError {
    if let error = ofServer ?? ofStatement ?? ofClass { return error }
    if isLost {
      return made(
        .connectionLost, "the connection to PostgreSQL at \(place) was lost\(says)",
        "check the server and the network, then run again; nothing is half-written")
    }
    return made(.other, "PostgreSQL rejects the statement\(says)")
  }

  /// What does not depend on the statement.
  private var ofServer: DriverError? {
    switch state {
    case "57P01", "57P02", "57P04", "57P05", "25P03":
      let why =
        switch state {
        case "57P01": "the server was shut down or an administrator ended the connection"
        case "57P02": "another of the server's processes crashed"
        case "57P04": "the database was dropped"
        case "25P03": "a transaction was idle for longer than the server allows"
        default: "it was idle for longer than the server allows"
        }
      return made(
        .connectionLost, "the connection to PostgreSQL at \(place) was ended: \(why)",
        "run again when the server is up; nothing is half-written")
    case "57P03":
      return made(
        .connection, "PostgreSQL at \(place) takes no connections now\(says)", "try again in a moment", retrySafe: true)
    case "57014":
      if let statementTimeout {
        return made(
          .timeout, "the statement took longer than \(statementTimeout.words) (statement timeout)",
          "allow it more time, or make the window smaller")
      }
      return made(
        .timeout, "the server stopped the statement\(says)",
        "check statement_timeout of the role and the database, or who cancelled it")
    case "55P03":
      return made(
        .locked, "another connection holds a lock that the statement needs",
        "wait until it has finished and try again", retrySafe: true)
    case "40001":
      return made(
        .locked, "another transaction changed the same rows meanwhile\(says)", "run again", retrySafe: true)
    case "40P01":
      return made(
        .concurrentChange, "the server broke a deadlock with another transaction", "run again", retrySafe: true)
    case "53100", "53000":
      return made(
        .diskFull, "there is no room left on the server\(says)", "make room and run again; nothing is half-written")
    case "58030" where message.contains("No space left") || message.contains("quota"):
      return made(
        .diskFull, "there is no room left on the server\(says)", "make room and run again; nothing is half-written")
    case "53200": return made(.other, "the server found no memory\(says)", "lower work_mem, or make the window smaller")
    case "53300": return made(.connection, "PostgreSQL at \(place) has too many connections", "try again later")
    case "53400" where message.contains("temp_file_limit"):
      return made(
        .diskFull, "the statement needs more temporary space than the server allows\(says)", "raise temp_file_limit")
    default: return nil
    }
  }

  private var ofStatement: DriverError? {
    switch state {
    case "42501":
      return made(
        .permission, "the role may not do that\(says)",
        "ask the owner for it; `sessionizer create --grant ROLE` gives a role what a run needs")
    case "25006":
      return made(
        .readOnly, "the server or the session is read-only\(says)",
        "use the primary server, or a role whose default_transaction_read_only is off")
    case "42P01", "3F000":
      return made(
        .noSuchObject, "there is no such table, view or schema\(says)", "run `sessionizer create`, or check the name")
    case "3D000": return made(.noSuchObject, "there is no such database\(says)", "check the name")
    case "42703":
      return made(.wrongColumn, "there is no such column\(says)", "check the column names")
    case "42804", "42883", "42846", "42P18":
      return made(.wrongColumn, "a column or value has a type that does not fit\(says)", "check the column's type")
    case "42P07", "42710", "42P06":
      return made(
        .other, "an object of that name exists already\(says)",
        "if another `create` ran at the same time, run it again", retrySafe: true)
    case "23505":
      if schema == "pg_catalog" {
        return made(
          .concurrentChange, "another connection made the same object at the same time", "run again", retrySafe: true)
      }
      return made(.constraint, "a row with the same key exists already\(named)")
    // The words of `simple_heap_update` and `simple_heap_delete` (heapam.c), which no language of the server translates:
    // two GRANTs on one database, schema or table at once, or two CREATE OR REPLACE of one function.
    case "XX000" where message.hasPrefix("tuple concurrently "):
      return made(
        .concurrentChange, "another connection changed the same entry of the catalog at the same time", "run again",
        retrySafe: true)
    case "42P16" where message.hasPrefix("multiple primary keys"):
      return made(
        .concurrentChange, "another connection gave the table its key at the same moment", "run again", retrySafe: true)
    case "23502": return made(.constraint, "NULL in a column that takes none\(named)")
    case "54000" where message.contains("index row"):
      return made(.constraint, "a key is too long for its index\(says)", "keys have at most 1024 bytes")
    case "22P05", "22021", "2200L":
      return made(.encoding, "a text is not valid UTF-8 or cannot be stored\(says)", "check the file's encoding")
    case "22012": return made(.other, "the statement divides by zero")
    case "25P02":
      return made(.other, "the transaction cannot go on after an error in it", "roll back and begin again")
    case "42601" where message.contains("multiple commands"):
      return made(.other, "the text holds more than one statement", "carry them out one by one")
    default: return nil
    }
  }

  private var ofClass: DriverError? {
    switch state.prefix(2) {
    case "08":
      return made(
        .connectionLost, "the connection to PostgreSQL at \(place) was lost\(says)", "check the server and the network")
    case "22":
      return made(
        .wrongColumn, "a value does not fit its column\(column.map { " " + $0 } ?? "")\(says)",
        "check the column's type")
    case "23": return made(.constraint, "a constraint of the table does not hold\(named)")
    case "28": return made(.authentication, "the server refuses the login\(says)", "check user and password")
    default: return nil
    }
  }

  /// The table, column and constraint, as far as the server names them.
  private var named: String {
    var parts: [String] = []
    if let object { parts.append(column.map { object + "." + $0 } ?? object) }
    if let constraint { parts.append(constraint) }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }
}
