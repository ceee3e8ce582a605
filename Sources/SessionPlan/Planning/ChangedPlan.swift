/// The feed for downstream models (semantics.md, 6).
extension Planner {
  /// What changed after a run: sessions with a version since (`changed`), and the ids that are gone (`retired`), each with
  /// its user, what replaced it and why: `extended` where the session that replaced it holds the pageviews of no other
  /// earlier session, `merged` where it unites several.
  ///
  /// All of it follows from the sessions as of the two runs, whatever came between.
  ///
  /// - Parameters:
  ///   - run: the run after which changes count
  ///   - last: the run at which the feed ends, so that the next one begins there
  ///   - withErasures: whether users were erased in between: a row each, `erased`, with the keyed hash of the user's id
  ///     in the place of the user, and no session
  public func changedSessions(since run: Literal, until last: Literal, withErasures: Bool = false) -> Query {
    let current = currentVersions(asOf: last, as: "v").filter(
      Expression.column("v", .runID).isGreater(than: .literal(run)))
    let changed = shown(current, "v", also: [], as: "s").unique(
      by: .sessionID, because: "A session is called after its first pageview, which no other session has."
    ).project(
      [
        NamedExpression(.change, .text("changed")), .init("s", .sessionID),
        NamedExpression(.replacedBy, .null(idType)), NamedExpression(.reason, .null(.text)),
      ] + Self.sessionColumns.map { NamedExpression("s", $0.column) }
        + attributeColumns.map { NamedExpression("s", $0) }, as: "o")
    let erased = withErasures ? [erasedUsers(since: run, until: last)] : []
    return Query(
      .unionAll([changed, retiredSessions(since: run, until: last)] + erased, alias: "o"),
      order: [
        OrderTerm(.column("o", .change), .bytes), OrderTerm(.column("o", .userID), .bytes, nulls: .first),
        OrderTerm(.column("o", .startedAt), .value, nulls: .first),
        OrderTerm(.column("o", .sessionID), ids, nulls: withErasures ? .first : .none),
      ], tiesAreEqual: withErasures)
  }

  /// A row for each user who was erased.
  private func erasedUsers(since run: Literal, until last: Literal) -> Relation {
    let e = erasures(as: "e")
    let isInside = Expression.and([
      e[.runID].isGreater(than: .literal(run)), e[.runID].isAtMost(.literal(last)),
      e["kind"].equals(.text(RunMode.eraseName), .bytes),
    ])
    return Relation.table(e).filter(isInside).project(
      [
        NamedExpression(.change, .text("erased")), NamedExpression(.sessionID, .null(idType)),
        NamedExpression(.replacedBy, .null(idType)), NamedExpression(.reason, .text("erased")),
      ]
        + Self.sessionColumns.map { column, type in
          NamedExpression(column, column == .userID ? e["user_hash"] : .null(type))
        } + attributeColumns.map { NamedExpression($0, .null(.text)) }, as: "o")
  }

  /// One row where a user was erased between two runs: after the first, up to the last.
  public func erasuresProbe(since run: Literal, until last: Literal) -> Query {
    let r = ledger(.sessionRuns, as: "r")
    return Query(
      Relation.table(r).filter(
        .and([
          r[.runID].isGreater(than: .literal(run)), r[.runID].isAtMost(.literal(last)),
          r[.state].equals(.text("finished"), .bytes), r[.mode].equals(.text(RunMode.eraseName), .bytes),
        ])
      ).project([NamedExpression("found", .integer(1))], as: "o"), limit: 1)
  }

  /// Sessions as of the first run whose id is no session's as of the last.
  private func retiredSessions(since run: Literal, until last: Literal) -> Relation {
    // The parts of what changed: sessions as of the first run, each with the anchor and id that it has as of the last.
    let parts = Relation.unionAll([kept(since: run, until: last), lost(since: run, until: last)], alias: "u")
      .unique(by: .sessionID, because: "As of one run, no two anchors that were not merged have one session.")
    let now = [OrderKey(.column("u", .anchor), ids)]
    func rank(_ name: Column, descending: Bool) -> WindowColumn {
      WindowColumn(
        name, .rowNumber, partition: now, order: [OrderTerm(.column("u", .sessionID), ids, descending: descending)])
    }
    let ranked = Relation.window(
      parts, [rank(.firstRank, descending: false), rank(.lastRank, descending: true)], alias: "r")
    func r(_ column: Column) -> Expression { .column("r", column) }
    // The ranks from both ends add up to the number of parts and one.
    let isAlone = Expression.add(r(.firstRank), r(.lastRank)).equals(.integer(2), .value)
    return ranked.filter(r(.sessionID).differs(from: r(.survivor), ids)).project(
      [
        NamedExpression(.change, .text("retired")), .init("r", .sessionID),
        NamedExpression(.replacedBy, r(.survivor)),
        NamedExpression(.reason, .choose([Branch(isAlone, then: .text("extended"))], otherwise: .text("merged"))),
      ]
        + Self.sessionColumns.map { column, type in
          column == .userID ? .init("r", column) : NamedExpression(column, .null(type))
        } + attributeColumns.map { NamedExpression($0, .null(.text)) }, as: "o")
  }

  /// Sessions that gained a pageview and are kept under the anchor that they had.
  private func kept(since run: Literal, until last: Literal) -> Relation {
    let now = currentVersions(asOf: last, as: "n").filter(
      Expression.column("n", .runID).isGreater(than: .literal(run))
    ).project([.init("n", .anchor), NamedExpression(.survivor, .column("n", .sessionID))], as: "n")
    return newestVersions(of: now, "n", asOf: run, as: "p").project(
      [.init("n", .anchor), .init("n", .survivor), .init("p", .sessionID), .init("p", .userID)], as: "u")
  }

  /// Sessions whose anchor was merged into another since.
  private func lost(since run: Literal, until last: Literal) -> Relation {
    let l = ledger(.sessionLineage, as: "l")
    let e = ledger(.sessionLineage, as: "e")
    let merged = Relation.distinct(
      Relation.notExists(
        Relation.table(l).filter(
          .and([l[.runID].isGreater(than: .literal(run)), l[.runID].isAtMost(.literal(last))])),
        Relation.table(e).filter(e[.runID].isAtMost(.literal(run))), on: e[.sessionID].equals(l[.sessionID], ids)
      ).project([.init("l", .sessionID)], as: "d"), alias: "d")
    let resolved = anchored(
      merged, "d", asOf: last, columns: [NamedExpression(.anchorBefore, .column("d", .sessionID))], as: "a")
    let now = newestVersions(of: resolved, "a", asOf: last, as: "n").project(
      [
        NamedExpression(.anchor, .column("a", .anchorBefore)), NamedExpression(.island, .column("a", .anchor)),
        NamedExpression(.survivor, .column("n", .sessionID)),
      ], as: "n")
    return newestVersions(of: now, "n", asOf: run, as: "p").project(
      [
        NamedExpression(.anchor, .column("n", .island)), .init("n", .survivor), .init("p", .sessionID),
        .init("p", .userID),
      ], as: "u")
  }
}
