package import SQLRendering
internal import SessionPlan
package import WarehouseDriver

extension Dialect {
  /// How the guard reads this engine's SQL.
  package var tokenSyntax: SQLTokens.Syntax {
    var syntax = SQLTokens.Syntax()
    syntax.usesBackslashes = literals.escapesBackslash
    syntax.usesBrackets = identifiers.openQuote == "["
    syntax.isMySQL = literals.escapesBackslash && identifiers.openQuote == "`"
    // MySQL's own never do; of others the dialect does not say it.
    syntax.mayNotNestComments = !syntax.isMySQL
    return syntax
  }
}

extension SessionConnection {
  func tokens(_ sql: String) -> SQLTokens { SQLTokens(sql, dialect.tokenSyntax) }

  /// What the mode of the open transaction allows; nil allows everything.
  private var rules: InsertOnlyGuard? {
    guard case .open(let mode) = order.transaction else { return nil }
    let purpose: InsertOnlyGuard.Purpose
    switch mode {
    case .read: purpose = .reading
    case .rehearsal: purpose = .rehearsal
    case .insertOnly(let ledgers): purpose = .running(ledgers: ledgers)
    case .write: return nil
    }
    var rules = InsertOnlyGuard(purpose, scratchSchemas: dialect.scratchSchemas)
    rules.syntax = dialect.tokenSyntax
    rules.scratchTables = Set(scratchTables)
    rules.allowsKeysAndIndexes = !dialect.session.commitsOnDDL
    return rules
  }

  /// - Throws: `DriverError` (`refused`) for what the mode of the transaction does not have, and for a transaction that
  ///   is begun or ended by hand.
  func checkAllowed(_ sql: String) throws(DriverError) {
    if let word = tokens(sql).words.first, transactionWords.contains(word) {
      let error = DriverError(
        .refused, phase: .execute, "a transaction was begun or ended by a statement",
        remedy: "use begin, commit and rollback", statement: sql)
      order.fail(error)
      throw error
    }
    do {
      try rules?.check(sql)
    } catch {
      order.fail(error)
      throw error
    }
  }

  func checkMayAppend(to table: ObjectName) throws(DriverError) {
    do {
      try rules?.check(insertInto: table)
    } catch {
      order.fail(error)
      throw error
    }
  }
}

/// Words that begin or end a transaction.
private let transactionWords: Set<String> = [
  "BEGIN", "START", "COMMIT", "ROLLBACK", "ABORT", "END", "SAVEPOINT", "RELEASE",
]
