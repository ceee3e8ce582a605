internal import SQLRendering

extension DialectKey {
  static let profileKeys: [DialectKey] = [
    .word(
      "profile.steps", \.steps,
      "How the steps of a run are kept between its statements: each in a scratch table, in scratch tables only where "
        + "several statements read them, or as named subqueries of each statement.", example: .inline),
    .word(
      "profile.islands", \.islands,
      "How the rows of one session are found: by window functions, or by joining numbered rows.", example: .windows),
  ]

  static let capabilityKeys: [DialectKey] = Capability.allCases.map { capability in
    DialectKey(
      path: "capabilities.\(capability.rawValue)", kind: .support, meaning: capability.meaning,
      standard: .mapping(["state": .text("unknown")]),
      example: .mapping(["state": .text("full"), "evidence": .text("documented"), "page": .text("https://…")]),
      get: { dialect in
        let support = dialect.support(for: capability)
        return .mapping(
          answer("state", support.state.rawValue, support.evidence, support.page))
      },
      set: { dialect, value in
        let state = value["state"]?.text.flatMap(Dialect.Support.State.init)
        dialect.capabilities[capability] = Dialect.Support(
          state ?? .unknown, evidence(of: value), page: value["page"]?.text)
      })
  }

  /// The states that a capability can have.
  var states: [Dialect.Support.State] {
    path == "capabilities.\(Capability.transactions.rawValue)"
      ? [.full, .perStatement, .none, .unsupported, .unknown] : [.full, .emulated, .unsupported, .unknown]
  }

  static let trapKeys: [DialectKey] = Trap.allCases.map { trap in
    DialectKey(
      path: "traps.\(trap.rawValue)", kind: .trap,
      meaning: trap.title.prefix(1).uppercased() + trap.title.dropFirst() + ".",
      standard: Trap.original.contains(trap) ? nil : KeyValue.none,
      example: .text("the answer in one sentence"),
      get: { dialect in
        guard let answer = dialect.traps[trap] else { return .none }
        return .mapping(Self.answer("answer", answer.text, answer.evidence, answer.page))
      },
      set: { dialect, value in
        if case .none = value { return }
        dialect.traps[trap] = Dialect.TrapAnswer(
          value["answer"]?.text ?? "", evidence(of: value), page: value["page"]?.text)
      })
  }

  private static func evidence(of value: KeyValue) -> Dialect.Evidence {
    value["evidence"]?.text.flatMap(Dialect.Evidence.init) ?? .assumed
  }

  private static func answer(
    _ key: String, _ text: String, _ evidence: Dialect.Evidence, _ page: String?
  ) -> [String: KeyValue] {
    var entries: [String: KeyValue] = [key: .text(text), "evidence": .text(evidence.rawValue)]
    if let page { entries["page"] = .text(page) }
    return entries
  }
}

extension Capability {
  var meaning: String {
    switch self {
    case .enforcedKeys: "A primary key refuses a second row (trap T16)."
    case .correlatedLookup: "A scalar subquery may depend on the row at hand and be ordered; else joins are used."
    case .sha256: "SHA-256 in lower-case hex; without, a derived event id that would be too long is quarantined."
    case .arrivalColumn: "A table can have a column that grows with each row."
    case .namedTimeZones: "IANA time zones such as Europe/Madrid can be converted; fixed offsets always can."
    case .strictTypes: "A column holds only values of its type, so that a text in an integer column cannot be."
    case .lateKeys: "A primary key is much cheaper to build once the first run's rows are there."
    case .scratchTables: "Tables of this transaction or session only."
    case .transactions:
      "The inserts of a run become visible together or not at all (traps T17, T18): `full`; `per_statement`, each by "
        + "itself; or `none`, where even one that ends early may leave rows. But for `full`, only rows of finished runs "
        + "are read."
    case .jobLock: "Something keeps two runs of a job apart (trap T19)."
    }
  }
}
