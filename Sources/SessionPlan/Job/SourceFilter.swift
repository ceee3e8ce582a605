/// Which source rows belong to the job: simple comparisons of source columns with literals.
public indirect enum SourceFilter: Hashable, Sendable {
  public enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  public enum Value: Hashable, Sendable {
    case text(String)
    case integer(Int64)
  }

  /// A NULL column makes the comparison neither true nor false, and the row no part of the job.
  case compare(column: String, Comparison, Value)
  case isIn(column: String, [Value])
  case isNull(column: String)
  case isNotNull(column: String)
  case not(SourceFilter)
  case and(SourceFilter, SourceFilter)
  case or(SourceFilter, SourceFilter)
}
