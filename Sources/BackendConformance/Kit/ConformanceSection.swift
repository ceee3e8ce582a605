/// The parts of the kit, in the order in which they are carried out.
public enum ConformanceSection: String, CaseIterable, Sendable, Codable {
  /// Cases of a few lines, with the sessions that people counted: boundary, keys, order, zones, bad rows, lateness.
  case cases
  /// Random histories, held to the laws after every run.
  case histories
  /// What is sent in which phase, and that rows once written never change.
  case audit
  /// The bulk insert.
  case append
  case streaming
  case transactions
  case cancel
  /// The job lock.
  case lock
  /// Runs and writers at once.
  case concurrency
  /// Length and quoting of names, and values in the SQL.
  case names
  /// Sources in another zone.
  case zones

  /// One sentence.
  public var meaning: String {
    switch self {
    case .cases: "the sessions of small cases are those that people counted"
    case .histories: "random histories keep the laws of the contract"
    case .audit: "each phase sends only what it may, and rows once written never change"
    case .append: "what is inserted in bulk comes back as it was"
    case .streaming: "results come in batches, and may be left early"
    case .transactions: "a transaction is seen whole or not at all"
    case .cancel: "a statement that is cancelled ends"
    case .lock: "one run of a job at a time"
    case .concurrency: "runs and writers at once give the result of one run"
    case .names: "names and values are never taken for SQL"
    case .zones: "sources in another time zone are converted"
    }
  }

  var body: (KitWork) async throws -> Void {
    switch self {
    case .cases: { try await CaseChecks(work: $0).carryOut() }
    case .histories: { try await HistoryChecks(work: $0).carryOut() }
    case .audit: { try await AuditChecks(work: $0).carryOut() }
    case .append: { try await AppendChecks(work: $0).carryOut() }
    case .streaming: { try await StreamingChecks(work: $0).carryOut() }
    case .transactions: { try await TransactionChecks(work: $0).carryOut() }
    case .cancel: { try await CancelChecks(work: $0).carryOut() }
    case .lock: { try await LockChecks(work: $0).carryOut() }
    case .concurrency: { try await ConcurrencyChecks(work: $0).carryOut() }
    case .names: { try await NameChecks(work: $0).carryOut() }
    case .zones: { try await ZoneChecks(work: $0).carryOut() }
    }
  }
}
