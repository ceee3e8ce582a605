internal import SQLRendering
internal import WarehouseDriver

/// The diagnostic records of one failed call, on the way to becoming a `DriverError`.
struct DriverReport {
  let records: [DiagnosticRecord]
  let reporter: Reporter
  let phase: DriverError.Phase
  /// What went wrong, by the first record that says.
  let failure: Dialect.Failure?
  /// The record that decided, or the first.
  private let main: DiagnosticRecord?

  init(_ records: [DiagnosticRecord], reporter: Reporter, phase: DriverError.Phase) {
    self.records = records
    self.reporter = reporter
    self.phase = phase
    let decided = records.lazy.compactMap { record in
      Self.failure(of: record, reporter.errors).map { (record, $0) }
    }.first
    failure = decided?.1
    main = decided?.0 ?? records.first
  }

  /// The dialect's answer by number or SQLSTATE, or what the SQLSTATE says on every engine.
  static func failure(
    of record: DiagnosticRecord, _ errors: [String: Dialect.Failure]
  ) -> Dialect.Failure? {
    if record.native != 0, let known = errors[String(record.native)] { return known }
    if let known = errors[record.state] { return known }
    // Words of the message, the longest first: they say the most.
    let message = oneLine(record.message).lowercased()
    let words = errors.filter { $0.key.contains(" ") && message.contains($0.key.lowercased()) }
    if let known = words.max(by: { $0.key.count < $1.key.count }) { return known.value }
    if let known = StandardStates.failures[record.state] { return known }
    // Of a class: a success with information is no failure.
    return StandardStates.classes[String(record.state.prefix(2))] ?? record.failure
  }

  /// The driver's words, each once; values in quotes left out where the error is about values.
  private var words: String {
    var lines: [String] = []
    for record in records {
      var line = reporter.cleaned(record.message)
      switch failure {
      case .syntax?:
        // What follows is a piece of the statement.
        if let near = line.firstRange(of: " near ") { line = String(line[..<near.lowerBound]) }
        line = withoutQuoted(line)
      case .constraint?, .wrongValue?, .encoding?:
        // PostgreSQL and others go on with the row in question.
        for mark in ["DETAIL:", "CONTEXT:", "Failing row"] {
          if let range = line.firstRange(of: mark) { line = String(line[..<range.lowerBound]) }
        }
        line = withoutQuoted(line)
      default: break
      }
      if !line.isEmpty, !lines.contains(line) { lines.append(line) }
    }
    let text = lines.joined(separator: "; ")
    return text.count > 600 ? text.prefix(600) + "…" : text
  }

  private var says: String {
    let words = words
    return words.isEmpty ? "" : " (\(words))"
  }

  private func made(
    _ code: DriverError.Code, _ text: String, _ remedy: String? = nil, retrySafe: Bool = false
  ) -> DriverError {
    DriverError(
      code, phase: phase, text + says, remedy: remedy, sqlState: main.flatMap { $0.state.isEmpty ? nil : $0.state },
      vendorCode: main.flatMap { $0.native == 0 ? nil : $0.native }, isRetrySafe: retrySafe)
  }

  var error: DriverError {
    switch failure {
    case .authentication? where phase == .connect:
      made(.authentication, "\(reporter.place) refuses the login", "check user and password")
    case .noSuchDatabase?:
      made(.noSuchObject, "there is no such database on \(reporter.place)", "create it, or check the name")
    case .noSuchObject?:
      made(.noSuchObject, "there is no such table, view or schema", "run `sessionizer create`, or check the name")
    case .alreadyExists?:
      made(
        .other, "an object of that name exists already", "if another `create` ran at the same time, run it again",
        retrySafe: true)
    case .wrongColumn?: made(.wrongColumn, "a column does not exist or has another type", "check the column names")
    case .wrongValue?: made(.wrongColumn, "a value does not fit its column", "check the column's type")
    case .syntax?: made(.other, "\(reporter.place) cannot read the statement")
    case .readOnly?: made(.readOnly, "\(reporter.place) takes no writes here", "use a database that can be written")
    case .permission?:
      made(
        .permission, "the user may not do that",
        "ask the owner for it; `sessionizer create --grant ROLE` gives a role what a run needs")
    case .locked?:
      made(
        .locked, "another connection holds a lock that the statement needs",
        "wait until it has finished and try again", retrySafe: true)
    case .concurrentChange?:
      made(
        .concurrentChange, "the server gave this up for another connection that changed the same at the same moment",
        "run again", retrySafe: true)
    case .diskFull?:
      made(.diskFull, "there is no room left on \(reporter.place)", "make room and run again; nothing is half-written")
    case .constraint?: made(.constraint, "a key or another constraint of the table does not hold")
    case .timeout?: timeout
    case .cancelled?:
      made(.timeout, "the server stopped the statement", "check the server's time limits, or who cancelled it")
    case .connectionLost?:
      made(
        .connectionLost, "the connection to \(reporter.place) was lost",
        "check the server and the network, then run again; nothing is half-written")
    case .tooManyConnections?:
      made(.connection, "\(reporter.place) has too many connections", "try again later", retrySafe: true)
    case .encoding?: made(.encoding, "a text cannot be stored as it is", "check the file's encoding")
    case .noTransaction?: made(.other, "there is no transaction")
    case .notADatabase?: made(.notADatabase, "\(reporter.place) is no database of this engine", "check the path")
    // No statement is a login: MariaDB says of a GRANT to nobody what it says of one.
    case .authentication?, nil: made(.other, "\(reporter.place) rejects the statement")
    }
  }

  private var timeout: DriverError {
    if let limit = reporter.statementTimeout {
      return made(
        .timeout, "the statement took longer than \(limit.words) (statement timeout)",
        "allow it more time, or make the window smaller")
    }
    return made(.timeout, "the statement took longer than the server allows", "check the server's time limits")
  }
}
