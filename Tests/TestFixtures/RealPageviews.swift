public import BackendConformance

/// The real pageviews of `SharedFolder`: 63,524 of 10,000 users.
public enum RealPageviews {
  /// Rows with integer ids, in the order of the file.
  ///
  /// - Throws: where the file is absent or has another form
  public static func all() throws -> [SourceRow] {
    try SimpleCSV(path: SharedFolder.realPageviews).rows.map { row in
      SourceRow(
        id: .integer(try row.integer("event_id")), user: try row["user_key"], time: .at(try row.moment("page_view_at")),
        page: try row["page"])
    }
  }
}
