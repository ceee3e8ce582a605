public import SessionPlan

/// Refuses statements that insert-only work does not have, by their text: for engines that cannot be asked what a
/// statement is going to do.
///
/// It is the outer of two fences. Rights are the inner one; and what the plan language cannot say is never rendered. So
/// it errs on the side of refusing: a column that is named like a refused word must be quoted.
public struct InsertOnlyGuard: Sendable {
  public enum Purpose: Sendable {
    /// Reads only.
    case reading
    /// Reads and scratch tables.
    case rehearsal
    /// Reads, scratch tables, and INSERT into the ledgers.
    case running(ledgers: [ObjectName])
  }

  public var purpose: Purpose
  /// Words before a scratch table's name, such as `pg_temp`.
  public var scratchSchemas: Set<String>
  /// Scratch tables without such a word, by the names that they were made with: on engines where they look like others.
  public var scratchTables: Set<String> = []
  /// Whether the first run may build keys and indexes of the ledgers, and indexes of scratch tables. Where statements
  /// of that kind commit the transaction, it may not.
  public var allowsKeysAndIndexes = true
  /// How the engine's texts, names and comments are written.
  public var syntax = SQLTokens.Syntax()

  public init(_ purpose: Purpose, scratchSchemas: Set<String>) {
    self.purpose = purpose
    self.scratchSchemas = scratchSchemas
  }

  /// Words that no statement of a run contains outside quotes.
  private static let refusedWords: Set<String> = [
    "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP", "ALTER", "GRANT", "REVOKE", "REPLACE", "UPSERT", "COPY", "DO",
    "CALL", "EXEC", "EXECUTE", "VACUUM", "REINDEX", "CLUSTER", "REFRESH", "LOCK", "SECURITY", "RENAME", "PREPARE",
  ]

  /// Statements that only read.
  private static let readingWords: Set<String> = ["SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN", "SHOW"]

  /// - Throws: `DriverError` (`refused`) that names what was refused.
  public func check(_ sql: String) throws(DriverError) {
    do throws(DriverError) {
      try check(SQLTokens(sql, syntax))
      // What is a comment where comments nest may be a statement where they do not: if it is not known, the text must be
      // allowed both ways.
      if syntax.mayNotNestComments, sql.contains("/*") {
        var other = syntax
        other.nestsComments = false
        try check(SQLTokens(sql, other))
      }
    } catch {
      var error = error
      error.statement = sql
      throw error
    }
  }

  private func check(_ text: SQLTokens) throws(DriverError) {
    guard text.isComplete else { throw refused("a statement whose quotes or comments are not closed") }
    if text.hasExecutableComment { throw refused("a comment that the server carries out") }
    var tokens = text.tokens
    while tokens.last == .semicolon { tokens.removeLast() }
    if tokens.contains(.semicolon) { throw refused("more than one statement") }
    guard case .word(let first)? = tokens.first(where: { $0 != .parenthesis }) else {
      throw refused("a statement that begins with no word")
    }
    if allowsKeysAndIndexes, addsKeyToLedger(tokens) { return }
    for (index, token) in tokens.enumerated() {
      guard case .word(let word) = token else { continue }
      if Self.refusedWords.contains(word), !isHarmless(tokens, index) { throw refused(word) }
      // SELECT … INTO makes a table.
      if word == "INTO", index == 0 || tokens[index - 1] != .word("INSERT") { throw refused("SELECT INTO") }
      if word == "INSERT" { try checkTarget(tokens[(index + 1)...]) }
    }
    switch first {
    case "CREATE": try checkCreation(tokens)
    case "ANALYZE":
      guard isScratch(name(tokens.dropFirst())) else { throw refused("ANALYZE of other tables than scratch tables") }
    case "INSERT": break
    case _ where Self.readingWords.contains(first): break
    default: throw refused(first)
    }
  }

  /// `replace(…)` is a function of texts; `ON COMMIT DROP` and `DELETE ROWS` say how long a scratch table lives.
  private func isHarmless(_ tokens: [SQLTokens.Token], _ index: Int) -> Bool {
    if tokens[index] == .word("REPLACE") { return index + 1 < tokens.count && tokens[index + 1] == .parenthesis }
    return index >= 2 && tokens[0] == .word("CREATE") && tokens[index - 2] == .word("ON")
      && tokens[index - 1] == .word("COMMIT")
  }

  // MARK: Statements that write

  /// Tokens that follow INSERT: INTO and the name.
  private func checkTarget(_ rest: ArraySlice<SQLTokens.Token>) throws(DriverError) {
    guard rest.first == .word("INTO") else { throw refused("INSERT without INTO") }
    let target = name(rest.dropFirst())
    try checkInsert(into: target)
  }

  /// Refuses a bulk insert into a table that is neither a ledger nor scratch.
  public func check(insertInto table: ObjectName) throws(DriverError) {
    try checkInsert(into: table.parts.map { Part(text: $0, isQuoted: true) })
  }

  private func checkInsert(into target: [Part]) throws(DriverError) {
    if isScratch(target) {
      if case .reading = purpose {
        throw refused("INSERT INTO " + words(target))
      }
      return
    }
    if isLedger(target) { return }
    throw refused("INSERT INTO " + words(target))
  }

  private func checkCreation(_ tokens: [SQLTokens.Token]) throws(DriverError) {
    if case .reading = purpose { throw refused("CREATE") }
    if tokens.count > 3, tokens[1] == .word("TEMP") || tokens[1] == .word("TEMPORARY"), tokens[2] == .word("TABLE") {
      return
    }
    var index = 1
    if index < tokens.count, tokens[index] == .word("UNIQUE") { index += 1 }
    if allowsKeysAndIndexes, index < tokens.count, tokens[index] == .word("INDEX") {
      guard let on = tokens.firstIndex(of: .word("ON")), case let table = name(tokens[(on + 1)...]),
        isScratch(table) || isLedger(table)
      else { throw refused("CREATE INDEX on other tables than ledgers and scratch tables") }
      return
    }
    if index < tokens.count, case .word(let what) = tokens[index] { throw refused("CREATE " + what) }
    throw refused("CREATE")
  }

  /// `ALTER TABLE ledger ADD PRIMARY KEY (columns)` and nothing else: it takes no row away.
  private func addsKeyToLedger(_ tokens: [SQLTokens.Token]) -> Bool {
    guard tokens.starts(with: [.word("ALTER"), .word("TABLE")]) else { return false }
    let table = name(tokens.dropFirst(2))
    guard isLedger(table) else { return false }
    let rest = tokens.dropFirst(2 + 2 * table.count - 1)
    guard rest.starts(with: [.word("ADD"), .word("PRIMARY"), .word("KEY"), .parenthesis]) else { return false }
    return rest.dropFirst(4).dropLast().allSatisfy { token in
      switch token {
      case .name, .word: true
      default: token == .sign(UInt8(ascii: ","))
      }
    } && rest.last == .sign(UInt8(ascii: ")"))
  }

  // MARK: Names

  /// Whether a run may insert into the table.
  private func isLedger(_ name: [Part]) -> Bool {
    guard case .running(let ledgers) = purpose else { return false }
    return ledgers.contains { matches(name, $0) }
  }

  private struct Part {
    var text: String
    var isQuoted: Bool
  }

  /// The parts of the name that begins here.
  private func name(_ tokens: ArraySlice<SQLTokens.Token>) -> [Part] {
    var parts: [Part] = []
    var expectsPart = true
    for token in tokens {
      switch token {
      case .word(let word) where expectsPart: parts.append(Part(text: word, isQuoted: false))
      case .name(let name) where expectsPart: parts.append(Part(text: name, isQuoted: true))
      case .sign(UInt8(ascii: ".")) where !expectsPart:
        expectsPart = true
        continue
      default: return parts
      }
      expectsPart = false
    }
    return parts
  }

  private func isScratch(_ name: [Part]) -> Bool {
    if name.count == 1, scratchTables.contains(where: { equal(name[0], $0) }) { return true }
    guard name.count == 2 else { return false }
    return scratchSchemas.contains { equal(name[0], $0) }
  }

  /// Whether the ledger is named just as it was given: with another schema, or without its own, it may be another table.
  private func matches(_ target: [Part], _ ledger: ObjectName) -> Bool {
    target.count == ledger.parts.count && zip(target, ledger.parts).allSatisfy { equal($0, $1) }
  }

  /// Byte by byte where the name is quoted; without the case of ASCII letters where it is not.
  private func equal(_ part: Part, _ name: String) -> Bool {
    if part.isQuoted { return part.text.utf8.elementsEqual(name.utf8) }
    func upper(_ byte: UInt8) -> UInt8 { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 32 : byte }
    return part.text.utf8.map(upper) == name.utf8.map(upper)
  }

  private func words(_ name: [Part]) -> String {
    name.isEmpty ? "something" : name.map { $0.isQuoted ? $0.text : $0.text.lowercased() }.joined(separator: ".")
  }

  private func refused(_ what: String) -> DriverError {
    let rule =
      switch purpose {
      case .reading: "nothing is written while reading"
      case .rehearsal: "a rehearsal writes nothing but scratch tables"
      case .running: "a run only inserts into its ledgers"
      }
    return DriverError(.refused, phase: .prepare, "\(rule): \(what) was refused")
  }
}

extension SQLTokens.Token {
  fileprivate static let semicolon = SQLTokens.Token.sign(UInt8(ascii: ";"))
  fileprivate static let parenthesis = SQLTokens.Token.sign(UInt8(ascii: "("))
}
