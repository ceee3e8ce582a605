extension Planner {
  /// The tables and views of the job. Every statement leaves what is already there as it is.
  ///
  /// - Parameter withSource: whether the source table is ours to make.
  public func createPlan(withSource: Bool) throws -> Plan {
    var steps: [Plan.Step] = []
    if withSource {
      steps.append(.init("pageviews", "The source: everything that was loaded.", .createTable(pageviewsTable())))
      steps.append(
        .init(
          "pageviews by event", "Finds copies of an event.",
          .createIndex(index(on: .pageviews, ["event_id"]))))
    }
    steps += [
      .init("session_table", "One row for each sessionized pageview.", .createTable(sessionTable())),
      .init("session_lineage", "Which session ids were superseded, and by which.", .createTable(lineageTable())),
      .init("session_runs", "Two rows for each run.", .createTable(runsTable())),
      .init("session_quarantine", "What cannot be sessionized, and why.", .createTable(quarantineTable())),
    ]
    steps += ledgerIndexes().map { .init($0.name, "Keeps a run's cost with the new data.", .createIndex($0)) }
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

  func ledgerIndexes() -> [IndexDefinition] {
    [
      index(on: .sessionTable, ["user_id", "page_view_at", "event_id"]),
      index(on: .sessionLineage, ["session_id", "became_at", "became"]),
      index(on: .sessionLineage, ["became", "session_id"]),
      index(on: .sessionQuarantine, ["event_id", "reason"]),
    ]
  }

  private func index(on object: ObjectNames.Object, _ columns: [String]) -> IndexDefinition {
    IndexDefinition(
      name: names[object].last + "_by_" + columns[0], table: names[object], columns: columns)
  }
}
