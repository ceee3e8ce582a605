/// Rows that `erase` and `retain` remove, and the guard that stands before them.
///
/// It is no statement of the plan language, which has no word that removes a row: no plan holds one, nothing that a run
/// does makes one, and the rights that a run needs do not suffice for it.
public enum Removal: Hashable, Sendable {
  /// Rows of a table for which a predicate over its columns (under the table's alias) holds.
  case matching(TableReference, Expression)
  /// Rows whose value in a column is in a scratch table of the same transaction.
  case listed(ObjectName, column: String, step: String, stepColumn: String)
  /// Asks whether a table has the guard of `create --guard`: a row, or none.
  case findGuard(ObjectName)
  /// Takes the guard away. Whoever does so puts it back.
  case liftGuard(ObjectName)
}
