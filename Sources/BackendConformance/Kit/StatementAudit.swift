internal import SQLRendering
internal import SessionPlan
internal import Synchronization
internal import WarehouseDriver

/// What a backend says that it has sent.
final class StatementLog: Sendable {
  private let state = Mutex((isOn: false, sent: [String]()))

  func add(_ sql: String) {
    state.withLock { if $0.isOn { $0.sent.append(sql) } }
  }

  func start() { state.withLock { $0 = (true, []) } }

  func stop() -> [String] {
    state.withLock { state in
      state.isOn = false
      return state.sent
    }
  }

  /// What `body` sends is left out.
  func paused<Result>(_ body: () async throws -> Result) async throws -> Result {
    state.withLock { $0.isOn = false }
    defer { state.withLock { $0.isOn = true } }
    return try await body()
  }
}

/// What each phase of a job may send, by the words of the statements outside quotes.
///
/// It errs on the side of finding fault, as the guard of a run does, and knows nothing of the plan: only texts.
struct StatementAudit {
  enum Phase {
    case create, load, run, read, cleanUp
  }

  private let syntax: SQLTokens.Syntax
  private let names: Set<String>
  private let ledgers: Set<String>
  private let runs: String
  private let prefix: String

  init(dialect: Dialect, _ names: ObjectNames) {
    var syntax = SQLTokens.Syntax()
    syntax.usesBackslashes = dialect.literals.escapesBackslash
    syntax.usesBrackets = dialect.identifiers.openQuote == "["
    syntax.isMySQL = dialect.literals.escapesBackslash && dialect.identifiers.openQuote == "`"
    self.syntax = syntax
    self.names = Set(ObjectNames.Object.allCases.map { names[$0].last })
    runs = names[.sessionRuns].last
    ledgers = Set(ObjectNames.Object.ledgers.map { names[$0].last })
    prefix = names.prefix
  }

  /// Begin, end and set up transactions and sessions, and take locks.
  private static let always: Set<String> = [
    "BEGIN", "START", "COMMIT", "ROLLBACK", "END", "SET", "SAVEPOINT", "RELEASE", "PRAGMA", "SHOW", "USE", "JOB",
    "SELECT",
    "WITH", "VALUES", "EXPLAIN", "ANALYZE",
  ]
  private static let changes: Set<String> = ["UPDATE", "DELETE", "MERGE", "TRUNCATE", "REPLACE", "UPSERT"]

  func verb(of sql: String) -> String { SQLTokens(sql, syntax).words.first ?? "nothing" }

  /// What is wrong with a statement in a phase; nil where nothing is.
  func fault(of sql: String, in phase: Phase) -> String? {
    let tokens = SQLTokens(sql, syntax).tokens
    let words = tokens.compactMap { if case .word(let word) = $0 { word } else { nil } }
    guard let verb = words.first else { return "a statement without words" }
    for (index, token) in tokens.enumerated() {
      guard case .word(let word) = token, Self.changes.contains(word) else { continue }
      if !isHarmless(tokens, index) { return "\(word) in \(phase)" }
    }
    // Scratch tables are of a transaction only, and never have one of the job's names. What fills one may read the job's.
    let made = SQLTokens(sql, syntax).temporaryTable
    let own = made.map { name in [name].filter { $0.hasPrefix(prefix) } } ?? ownNames(tokens)
    switch (phase, verb) {
    case (.cleanUp, "DROP"): return own.isEmpty ? "DROP of something that is not the kit's" : nil
    case (_, "DROP"): return own.isEmpty ? nil : "DROP of \(own[0]) in \(phase)"
    case (.create, "CREATE"), (.create, "GRANT"), (.create, "IF"), (.create, "DO"), (.create, "EXECUTE"): return nil
    case (.create, "INSERT"):
      // It notes the job's settings.
      let runs = target(tokens)
      return runs == self.runs ? nil : "INSERT into \(runs ?? "nothing") in create"
    case (.load, "INSERT"), (.load, "COPY"): return nil
    case (.load, "CREATE"), (.read, "CREATE"): return own.isEmpty ? nil : "CREATE of \(own[0]) in \(phase)"
    case (.run, "CREATE"):
      // The first run may build the ledger's indexes.
      return own.isEmpty || words.contains("INDEX") ? nil : "CREATE of \(own[0]) in a run"
    case (.run, "ALTER"): return isKey(words) ? nil : "ALTER in a run"
    case (.run, "INSERT"), (.read, "INSERT"):
      guard let target = target(tokens) else { return "INSERT without a target" }
      if !target.hasPrefix(prefix) { return nil }
      if phase == .run, ledgers.contains(target) { return nil }
      return "INSERT into \(target) in \(phase)"
    case (_, let verb) where Self.always.contains(verb): return nil
    default: return "\(verb) in \(phase)"
    }
  }

  /// `replace(…)` is a function of texts, `OR REPLACE VIEW` makes a view anew, `ON COMMIT DELETE ROWS` says how long a
  /// scratch table lives.
  private func isHarmless(_ tokens: [SQLTokens.Token], _ index: Int) -> Bool {
    let next = index + 1 < tokens.count ? tokens[index + 1] : nil
    let before = index > 0 ? tokens[index - 1] : nil
    switch tokens[index] {
    case .word("REPLACE"): return next == .sign(UInt8(ascii: "(")) || (before == .word("OR") && next == .word("VIEW"))
    case .word("DELETE"): return before == .word("COMMIT")
    default: return false
    }
  }

  private func isKey(_ words: [String]) -> Bool {
    words.filter { !$0.lowercased().hasPrefix(prefix) }.starts(with: ["ALTER", "TABLE", "ADD", "PRIMARY", "KEY"])
  }

  /// The job's objects that a statement names.
  private func ownNames(_ tokens: [SQLTokens.Token]) -> [String] {
    tokens.compactMap { token in
      switch token {
      case .name(let name) where name.hasPrefix(prefix): name
      // A name without quotes is in lower case: what is not would be quoted.
      case .word(let word) where word.lowercased().hasPrefix(prefix): word.lowercased()
      default: nil
      }
    }
  }

  /// The last part of the name after INSERT INTO.
  private func target(_ tokens: [SQLTokens.Token]) -> String? {
    guard let into = tokens.firstIndex(of: .word("INTO")) else { return nil }
    var name: String?
    loop: for token in tokens[(into + 1)...] {
      switch token {
      case .name(let text):
        if let name, name != "." { break loop }
        name = text
      case .word(let word):
        if let name, name != "." { break loop }
        name = word.lowercased()
      case .sign(UInt8(ascii: ".")): name = "."
      default: break loop
      }
    }
    return name
  }
}
