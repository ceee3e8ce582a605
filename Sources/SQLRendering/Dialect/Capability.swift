public import SessionPlan

/// What an engine may be able to do, as far as it changes a plan or what may be promised of a run.
public enum Capability: String, Sendable, CaseIterable {
  /// A primary key refuses a second row (trap T16). Without, a job's rows are made unique where they are read.
  case enforcedKeys = "enforced_keys"
  /// A scalar subquery may depend on the row at hand and be ordered. Without, sessions are found by joins.
  case correlatedLookup = "correlated_lookup"
  /// SHA-256 in lower-case hex. Without, rows whose derived event id would be too long are quarantined.
  case sha256
  /// A table can have a column that grows with each row. Without, a source table of the tool's own has none.
  case arrivalColumn = "arrival_column"
  /// IANA time zones can be converted, such as Europe/Madrid. Fixed offsets always can.
  case namedTimeZones = "named_time_zones"
  /// A column holds only values of its type, so that a text in an integer column cannot be.
  case strictTypes = "strict_types"
  /// A primary key and indexes are much cheaper to build from rows that are there, in the transaction that inserted
  /// them, than to keep up row by row. Then the first run builds those of `session_table`.
  case lateKeys = "late_keys"
  /// Tables of this transaction or session only, which a run fills once and reads several times.
  case scratchTables = "scratch_tables"
  /// A run's inserts become visible together, or not at all (traps T17, T18).
  case transactions
  /// One run of a job at a time (trap T19).
  case jobLock = "job_lock"
}

extension Dialect {
  /// Whether an engine can do something, and how that is known.
  public struct Support: Hashable, Sendable {
    public enum State: String, Sendable, CaseIterable {
      case full
      /// In another way, which costs more.
      case emulated
      case unsupported
      /// Of `transactions`: a statement is there whole or not at all, several of them each by itself.
      case perStatement = "per_statement"
      /// Of `transactions`: a statement that ends early may leave some of its rows.
      case none
      /// Nobody has looked: taken for unsupported.
      case unknown
    }

    public var state: State
    public var evidence: Evidence
    /// The page of the engine's documentation, where there is one.
    public var page: String?

    public init(_ state: State, _ evidence: Evidence = .assumed, page: String? = nil) {
      self.state = state
      self.evidence = evidence
      self.page = page
    }

    /// Whether plans may count on it.
    public var isUsable: Bool { state == .full || state == .emulated }
  }

  /// A dialect's answer to a known trap.
  public struct TrapAnswer: Hashable, Sendable {
    /// One sentence.
    public var text: String
    public var evidence: Evidence
    public var page: String?

    public init(_ text: String, _ evidence: Evidence = .assumed, page: String? = nil) {
      self.text = text
      self.evidence = evidence
      self.page = page
    }
  }

  /// A capability that the dialect says nothing of is unknown.
  public func support(for capability: Capability) -> Support { capabilities[capability] ?? Support(.unknown) }

  /// Whether a timestamp is its own instant.
  var timesAreInstants: Bool { templates[.instant] == "{a}" && templates[.timestamp] == "{a}" }

  /// How plans are shaped for it: the two ways it chooses, and what its capabilities allow.
  ///
  /// Setting it changes the capabilities that differ; their evidence is then `assumed`.
  public var profile: PlanProfile {
    get {
      func can(_ capability: Capability) -> Bool { support(for: capability).isUsable }
      var profile = PlanProfile(
        dialect: name, steps: steps, islands: islands, hasCorrelatedLookup: can(.correlatedLookup),
        enforcesKeys: can(.enforcedKeys),
        hasSHA256: can(.sha256), hasArrivalColumn: can(.arrivalColumn), hasNamedTimeZones: can(.namedTimeZones),
        hasStrictTypes: can(.strictTypes), buildsKeysLate: can(.lateKeys) && can(.transactions))
      profile.hasTransactionalDefinitions = !session.commitsOnDDL
      profile.joinsByEqualityAlone = queries.joinsByEqualityAlone
      profile.commitPoint = can(.transactions) ? .transaction : .finishedRow
      profile.hasJobLock = can(.jobLock)
      profile.insertsAllColumns = queries.insertsAllColumns
      profile.timesAreInstants = timesAreInstants
      return profile
    }
    set {
      let old = profile
      steps = newValue.steps
      islands = newValue.islands
      queries.joinsByEqualityAlone = newValue.joinsByEqualityAlone
      func set(_ capability: Capability, _ path: KeyPath<PlanProfile, Bool>) {
        if newValue[keyPath: path] != old[keyPath: path] {
          capabilities[capability] = Support(newValue[keyPath: path] ? .full : .unsupported)
        }
      }
      set(.correlatedLookup, \.hasCorrelatedLookup)
      set(.enforcedKeys, \.enforcesKeys)
      set(.sha256, \.hasSHA256)
      set(.arrivalColumn, \.hasArrivalColumn)
      set(.namedTimeZones, \.hasNamedTimeZones)
      set(.strictTypes, \.hasStrictTypes)
      set(.lateKeys, \.buildsKeysLate)
      set(.jobLock, \.hasJobLock)
      queries.insertsAllColumns = newValue.insertsAllColumns
      if newValue.commitPoint != old.commitPoint {
        capabilities[.transactions] = Support(newValue.commitPoint == .transaction ? .full : .perStatement)
      }
    }
  }
}
