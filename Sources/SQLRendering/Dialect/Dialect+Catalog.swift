public import SessionPlan

extension Dialect {
  /// Questions to the engine's own catalog, of which the placeholders are `{name}` and `{namespace}` (text constants).
  public struct Catalog: Sendable {
    /// Gives the tables and views of that name in a schema, or in a database where the engine has no schemas: its name,
    /// and a word with TABLE or VIEW in it. nil asks the driver's own catalog functions; with it, the two that follow are
    /// asked as well.
    public var tables: String?
    /// The same for the columns, in their order: name, type as `types` names it, 1 where it may be NULL and else 0.
    public var columns: String?
    /// The same for the columns of the primary key, in their order.
    public var key: String?
    /// The same for the columns by which an index over all of its rows begins, for `doctor`; nil where that is not known.
    public var indexes: String?
    /// What a column of a type is, by the engine's name of the type in lower case without lengths, where a driver's
    /// number of the type alone does not say it: `timestamptz: zonedTimestamp`.
    public var types: [String: ValueType]

    public init(
      tables: String? = nil, columns: String? = nil, key: String? = nil, indexes: String? = nil,
      types: [String: ValueType] = [:]
    ) {
      self.tables = tables
      self.columns = columns
      self.key = key
      self.indexes = indexes
      self.types = types
    }
  }
}
