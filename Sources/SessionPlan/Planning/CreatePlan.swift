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
          .createIndex(index(on: .pageviews, [.eventID], hasLongValues: idType == .text))))
    }
    var events = sessionTable()
    var versions = versionsTable()
    if leavingKeys {
      events.primaryKey = []
      versions.primaryKey = []
    }
    steps += [
      .init("session_table", "One row for each sessionized pageview.", .createTable(events)),
      .init("session_lineage", "Which anchors were merged, and into which.", .createTable(lineageTable())),
      .init("session_versions", "One row for each session that a run made or changed.", .createTable(versions)),
      .init("session_runs", "Two rows for each run.", .createTable(runsTable())),
      .init("session_quarantine", "What cannot be sessionized, and why.", .createTable(quarantineTable())),
    ]
    let indexes = (leavingKeys ? [] : lateIndexes) + otherIndexes
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

  /// The keys and indexes of a `session_table` and `session_versions` that were made without them.
  public func keySteps() -> [Plan.Step] {
    [sessionTable(), versionsTable()].map { table in
      .init(
        "key of \(table.name.last)", "Builds the primary key from the rows.",
        .createKey(table: table.name, columns: table.primaryKey))
    } + lateIndexes.map { .init($0.name, "Keeps a run's cost with the new data.", .createIndex($0)) }
  }

  /// The least rights with which a role can run the job.
  public func grantSteps(to role: String) -> [Plan.Step] {
    let ledgers = ObjectNames.Object.ledgers.map { object in
      Plan.Step(
        "grant on \(object.rawValue)", "Reads, and inserts rows.",
        .grant(.table(names[object], [.select, .insert], to: role)))
    }
    // A table of somebody else may be found in another schema, also by a name that has none.
    let sourcesSchema =
      job.source.table == nil
      ? []
      : [Plan.Step("grant on source's schema", "Finds the source.", .grant(.schema(of: bound.sourceName, to: role)))]
    return [.init("grant on schema", "Finds the tables.", .grant(.schema(of: names[.sessionRuns], to: role)))]
      + sourcesSchema + [
        .init("grant on source", "Reads.", .grant(.table(bound.sourceName, [.select], to: role)))
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

  /// Those of the two tables that the first run fills.
  var lateIndexes: [IndexDefinition] {
    [
      index(on: .sessionTable, [.userID, .pageViewAt, .eventID]), index(on: .sessionVersions, [.userID, .startedAt]),
      index(on: .sessionVersions, [.sessionID, .runID]),
    ] + (profile.hasUniqueEvents ? [] : insteadOfKeys)
  }

  /// By what a key would be looked up, where there is none.
  private var insteadOfKeys: [IndexDefinition] {
    [index(on: .sessionTable, [.eventID, .runID]), index(on: .sessionVersions, [.anchor, .runID])]
  }

  var otherIndexes: [IndexDefinition] {
    [
      index(on: .sessionLineage, [.sessionID, .runID]), index(on: .sessionLineage, [.became, .sessionID]),
      index(on: .sessionQuarantine, [.rowKey, .reason]),
    ]
  }

  private func index(
    on object: ObjectNames.Object, _ columns: [Column], hasLongValues: Bool = false
  ) -> IndexDefinition {
    IndexDefinition(
      name: names[object].last + "_by_" + columns[0].name, table: names[object], columns: columns.map(\.name),
      hasLongValues: hasLongValues)
  }
}
