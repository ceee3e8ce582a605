/// What is to be done, in order.
public struct Plan: Hashable, Sendable {
  /// Such as `create` or `run`.
  public var name: String
  public var steps: [Step]
  /// What the steps found, from their scratch tables, before anything is written: pageviews, lineage_rows,
  /// quarantined. nil where there are no scratch tables.
  public var counts: Query?
  /// What became of sessions of earlier runs, from the same scratch tables: late_sessions, which gained a pageview, and
  /// merged_sessions, which are part of another now. nil where there are none of these tables.
  public var changes: Query?

  public struct Step: Hashable, Sendable {
    /// Such as `lineage`.
    public var name: String
    /// What it is for, one sentence.
    public var purpose: String
    public var statement: Statement
    /// A cheaper statement with the same result, which may be carried out instead where a query finds no row.
    public var shortcut: Shortcut?

    public struct Shortcut: Hashable, Sendable {
      public var ifNothingIn: Query
      /// nil: nothing is done.
      public var statement: Statement?
    }

    public init(_ name: String, _ purpose: String, _ statement: Statement) {
      self.name = name
      self.purpose = purpose
      self.statement = statement
    }
  }

  public init(name: String, steps: [Step], counts: Query? = nil, changes: Query? = nil) {
    self.name = name
    self.steps = steps
    self.counts = counts
    self.changes = changes
  }
}
