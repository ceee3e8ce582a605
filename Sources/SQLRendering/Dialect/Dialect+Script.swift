public import SessionPlan

extension Dialect {
  /// The same for scripts that any client of the engine carries out, as `queries/` shows them: each statement stands by
  /// itself, as `scripts` says.
  public var asScript: Dialect {
    var script = self
    script.steps = scripts.steps
    script.islands = scripts.islands
    // The first run builds keys late; a script does not know whether it is the first.
    if script.support(for: .lateKeys).isUsable { script.capabilities[.lateKeys]?.state = .unsupported }
    return script
  }

  /// Scripts for the engine's own shell (`QueryScripts`).
  public struct Scripts: Sendable {
    /// Begins a transaction that no other run of the job can come into; empty where the engine has none.
    /// `{runs}` is the name of the run ledger, `{runs_text}` the same as a text constant; likewise in `commit`.
    public var begin: String
    /// Ends it; empty where the engine has none.
    public var commit: String
    /// `{file}`: the shell command that runs a script.
    public var shellCommand: String
    /// How a script keeps the steps of a run. A script with scratch tables can be run only once in a session, unless
    /// `tables.dropScratch` takes them away at its end.
    public var steps: PlanProfile.Steps
    public var islands: PlanProfile.Islands
    /// The dialect whose scripts are the right ones where this dialect needs functions that only the tool has.
    public var instead: String?
    /// Statements at the beginning of each script.
    public var opening: [String]
    /// Statements at the end of each script but a run's, such as a COMMIT where the shell leaves it to the script.
    /// Defaults to none.
    public var closing: [String]
    /// Follows each statement.
    public var terminator: String
    /// Statements of one batch, where the shell has batches: what follows the first line of `terminator` stands behind
    /// the last only.
    func batch(_ statements: [String]) -> String {
      let end = terminator.split(separator: "\n", maxSplits: 1)
      guard end.count == 2 else { return statements.map { $0 + terminator }.joined(separator: "\n") }
      return statements.map { $0 + end[0] }.joined(separator: "\n") + "\n" + end[1]
    }

    /// Takes what keeps other runs away, before anything else of a run; empty where `begin` does, or nothing. `{runs}`
    /// and `{runs_text}` as in `begin`. Defaults to nothing.
    public var lock: String
    /// Whether scratch tables are made before the transaction begins, because making one would end it (trap T17). They
    /// are filled inside of it (trap T36), unless `create_scratch_as` makes and fills them at once.
    public var scratchBeforeTransaction: Bool
    /// What somebody who lets a scheduler run it must know, a sentence each: the rights and settings that a run needs,
    /// whether two at once are safe, and what is left of one that died. Empty where nobody has said.
    public var needs: String
    public var twoRuns: String
    public var afterACrash: String

    public init(
      begin: String, commit: String, shellCommand: String, lock: String = "", steps: PlanProfile.Steps = .inline,
      islands: PlanProfile.Islands = .windows, instead: String? = nil, opening: [String] = [],
      closing: [String] = [], terminator: String = ";", scratchBeforeTransaction: Bool = false, needs: String = "",
      twoRuns: String = "",
      afterACrash: String = ""
    ) {
      self.needs = needs
      self.twoRuns = twoRuns
      self.afterACrash = afterACrash
      self.opening = opening
      self.closing = closing
      self.terminator = terminator
      self.scratchBeforeTransaction = scratchBeforeTransaction
      self.lock = lock
      self.begin = begin
      self.commit = commit
      self.shellCommand = shellCommand
      self.steps = steps
      self.islands = islands
      self.instead = instead
    }
  }
}
