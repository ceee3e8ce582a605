extension Planner {
  /// The tables and views of the job. Every statement leaves what is already there as it is.
  ///
  /// - Parameters:
  ///   - withSource: whether the source table is ours to make
  ///   - leavingKeys: whether `session_table` is made without its key and index, for the first run to build
  public func createPlan(withSource: Bool, leavingKeys: Bool = false) throws -> Plan {
    var steps: [Plan.Step] = []
    if withSource {
      steps.append(.init("pageviews", "The source: everything that was loaded.", .createTable(pageviewsTable())))
      steps.append(
        .init(
          "pageviews by event", "Finds copies of an event.",
          .createIndex(index(on: .pageviews, ["event_id"], hasLongValues: idType == .text))))
    }
    var events = sessionTable()
    if leavingKeys { events.primaryKey = [] }
    steps += [
      .init("session_table", "One row for each sessionized pageview.", .createTable(events)),
      .init("session_lineage", "Which session ids were superseded, and by which.", .createTable(lineageTable())),
      .init("session_runs", "Two rows for each run.", .createTable(runsTable())),
      .init("session_quarantine", "What cannot be sessionized, and why.", .createTable(quarantineTable())),
    ]
    let indexes = (leavingKeys ? [] : [sessionTableIndex]) + otherIndexes
    steps += indexes.map { .init($0.name, "Keeps a run's cost with the new data.", .createIndex($0)) }
    steps += [
      .init(
        "session_events", "Each sessionized pageview with its current session.",
        .createView(name: names[.sessionEvents], query: try sessionEventsQuery())),
      .init(
        "sessions", "One row for each current session.",
        .createView(name: names[.sessions], query: try sessionsQuery())),
    ]
    return Plan(name: "create", steps: steps)
  }

  /// The key and index of a `session_table` that was made without them.
  public func keySteps() -> [Plan.Step] {
    [
      .init(
        "key", "Builds the primary key from the rows.",
        .createKey(table: names[.sessionTable], columns: sessionTable().primaryKey)),
      .init("index", "Keeps a run's cost with the new data.", .createIndex(sessionTableIndex)),
    ]
  }

  /// The least rights with which a role can run the job.
  public func grantSteps(to role: String) -> [Plan.Step] {
    let ledgers = ObjectNames.Object.ledgers.map { object in
      Plan.Step(
        "grant on \(object.rawValue)", "Reads, and inserts rows.",
        .grant(.table(names[object], [.select, .insert], to: role)))
    }
    return [
      .init("grant on schema", "Finds the tables.", .grant(.schema(of: names[.sessionRuns], to: role))),
      .init("grant on source", "Reads.", .grant(.table(bound.sourceName, [.select], to: role))),
    ] + ledgers
      + (profile.keepsSteps
        ? [.init("grant scratch tables", "Keeps the steps of a run.", .grant(.scratchTables(to: role)))] : [])
  }

  /// Has the engine itself refuse changes of the ledgers, to everybody.
  public func guardSteps() -> [Plan.Step] {
    ObjectNames.Object.ledgers.map { object in
      .init("guard \(object.rawValue)", "Refuses UPDATE and DELETE to everybody.", .guardTable(names[object]))
    }
  }

  private var sessionTableIndex: IndexDefinition {
    index(on: .sessionTable, ["user_id", "page_view_at", "event_id"])
  }

  private var otherIndexes: [IndexDefinition] {
    [
      index(on: .sessionLineage, ["session_id", "became_at", "became"]),
      index(on: .sessionLineage, ["became", "session_id"]),
      index(on: .sessionQuarantine, ["event_id", "reason"], hasLongValues: true),
    ]
  }

  private func index(
    on object: ObjectNames.Object, _ columns: [String], hasLongValues: Bool = false
  ) -> IndexDefinition {
    IndexDefinition(
      name: names[object].last + "_by_" + columns[0], table: names[object], columns: columns,
      hasLongValues: hasLongValues)
  }
}
