/// A SELECT while it is put together.
struct SelectParts {
  /// nil: nothing is projected yet, every column of `from` can still be named by its own alias.
  var columns: [String]?
  var isDistinct = false
  /// Stands before the columns where only the first rows are wanted, with a blank before it.
  var limit = ""
  var from: String
  var conditions: [String] = []
  var groups: [String] = []
  /// The name by which what is around it will know it; nil for a join that is not projected.
  var alias: String?
  /// Whether its columns must be computed once, so that nothing may be merged into it.
  var isFenced = false
  /// Whether it reads a fenced subquery, so that it needs a condition on some engines.
  var readsFenced = false
}
