extension Dialect.ODBC {
  /// Keeps a long result in a temporary table on the server, from which it is read page by page.
  ///
  /// A result of few rows is left to the driver: the query is carried out with a limit first, and only a result that
  /// reaches it is kept. Where the table cannot be made, the driver holds the result after all.
  public struct Spool: Sendable, Hashable {
    /// The drivers that need it, by their file name and version or its beginning: `libmaodbc.so 03.01`.
    public var drivers: [String]
    /// `{query}`, `{rows}`: the query with at most so many rows.
    public var limited: String
    /// `{name}`, `{position}`, `{query}`: makes an empty table with the query's columns, and before them one that numbers
    /// the rows in the order of their insertion, from 1.
    public var create: String
    /// `{name}`, `{query}`, `{columns}`, `{values}`: fills it in the query's order, from the snapshot of the transaction.
    /// `{values}` are the columns of a row that is called r.
    public var fill: String
    /// `{name}`, `{position}`, `{columns}`, `{first}`, `{last}`: the rows of these positions, in their order.
    public var page: String
    /// `{name}`: takes the table away.
    public var drop: String

    public init(
      drivers: [String], limited: String, create: String, fill: String, page: String, drop: String
    ) {
      self.drivers = drivers
      self.limited = limited
      self.create = create
      self.fill = fill
      self.page = page
      self.drop = drop
    }
  }
}
