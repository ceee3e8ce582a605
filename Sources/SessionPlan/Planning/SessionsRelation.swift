/// One row for each current session: its newest version.
extension Planner {
  /// The columns of a session but its id, with their types.
  static let sessionColumns: [(column: Column, type: ValueType)] = [
    (.userID, .text), (.startedAt, .timestamp), (.endedAt, .timestamp), (.durationMicroseconds, .integer),
    (.pageviews, .integer), (.entryPage, .text), (.exitPage, .text), (.isBounce, .flag),
  ]

  /// Columns: session_id, user_id, started_at, ended_at, duration (seconds), duration_microseconds, pageviews,
  /// entry_page, exit_page, is_bounce, and the attributes' values of the first and the last pageview.
  public func sessions(asOf run: Literal?, as alias: String = "s") -> Relation {
    if run == nil, let view = views[.sessions] { return .table(view.with(alias: alias)) }
    return shown(currentVersions(asOf: run, as: "v"), "v", also: [], as: alias)
      .unique(by: .sessionID, because: "A session is called after its first pageview, which no other session has.")
  }

  /// Versions (under `version`) in the columns of a session.
  ///
  /// - Parameter also: columns of the versions that are kept besides
  func shown(_ versions: Relation, _ version: String, also kept: [Column], as alias: String) -> Relation {
    func v(_ column: Column) -> Expression { .column(version, column) }
    let duration = Expression.durationMicroseconds(from: v(.startedAt), to: v(.endedAt))
    let isBounce = Expression.choose(
      [Branch(v(.pageviews).equals(.integer(1), .value), then: .literal(.flag(true)))],
      otherwise: .literal(.flag(false)))
    let plain: [Column] = [.sessionID, .userID, .startedAt, .endedAt]
    return versions.project(
      plain.map { NamedExpression(version, $0) } + [
        NamedExpression(.duration, .seconds(microseconds: duration)),
        NamedExpression(.durationMicroseconds, duration), .init(version, .pageviews), .init(version, .entryPage),
        .init(version, .exitPage), NamedExpression(.isBounce, isBounce),
      ] + (attributeColumns + lastAttributeColumns + kept).map { NamedExpression(version, $0) }, as: alias)
  }

  /// The view `sessions`.
  func sessionsQuery() throws -> Query { Query(shown(currentVersions(asOf: nil, as: "v"), "v", also: [], as: "s")) }
}
