/// Columns that tell the rows of a relation apart, for a reason that does not follow from the relation itself.
///
/// Rows that agree in them do not exist, or are copies of one row, so that any order of theirs gives the same result.
/// The tests count them in the steps of real runs.
public struct RowKey: Hashable, Sendable {
  public var columns: [String]
  /// Why, in one sentence.
  public var reason: String

  public init(_ columns: [String], because reason: String) {
    self.columns = columns
    self.reason = reason
  }

  init(_ columns: Column..., because reason: String) {
    self.init(columns.map(\.name), because: reason)
  }
}

extension Relation {
  /// The same rows, with a key that does not follow from what they are made of.
  func unique(by columns: Column..., because reason: String) -> Relation {
    .unique(self, [RowKey(columns.map(\.name), because: reason)])
  }
}
