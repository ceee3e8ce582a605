/// Which records of a file are loaded: what a `SourceFilter` can say, and patterns, ranges and `lower(…)`.
///
/// It is evaluated while a file is read, never by a database, so that it means the same everywhere.
public indirect enum RowFilter: Hashable, Sendable {
  /// A field of the record, perhaps in lower case.
  public struct Operand: Hashable, Sendable {
    public var field: String
    public var isLowered: Bool

    public init(field: String, isLowered: Bool = false) {
      self.field = field
      self.isLowered = isLowered
    }
  }

  /// A NULL field makes the comparison neither true nor false, and the record is left out.
  case compare(Operand, SourceFilter.Comparison, SourceFilter.Value)
  case isIn(Operand, [SourceFilter.Value])
  case isNull(Operand)
  case isNotNull(Operand)
  /// `%` stands for any text, `_` for one character; upper and lower case differ.
  case like(Operand, String)
  case not(RowFilter)
  case and(RowFilter, RowFilter)
  case or(RowFilter, RowFilter)

  /// Reads a filter such as `event = 'page_view' and lower(agent) not like '%bot%'`.
  ///
  /// As `SourceFilter(text:)`, with `[not] like`, `[not] between … and …`, `lower(field)`, and paths into JSON objects:
  /// `properties.path`, or `"properties.$current_url"` in quotes.
  public init(text: String) throws(SourceFilterError) {
    self = try SourceFilterParser.filter(text, kind: .file)
  }

  /// The fields that it names, each once, in the order in which they come first.
  public var fields: [String] {
    var seen: Set<String> = []
    var result: [String] = []
    func visit(_ filter: RowFilter) {
      switch filter {
      case .compare(let operand, _, _), .isIn(let operand, _), .isNull(let operand), .isNotNull(let operand),
        .like(let operand, _):
        if seen.insert(operand.field).inserted { result.append(operand.field) }
      case .not(let inner): visit(inner)
      case .and(let left, let right), .or(let left, let right):
        visit(left)
        visit(right)
      }
    }
    visit(self)
    return result
  }
}

extension RowFilter {
  /// The same as a filter of source rows; nil where that has no word for it.
  var sourceFilter: SourceFilter? {
    switch self {
    case .compare(let operand, let comparison, let value):
      operand.isLowered ? nil : .compare(column: operand.field, comparison, value)
    case .isIn(let operand, let values): operand.isLowered ? nil : .isIn(column: operand.field, values)
    case .isNull(let operand): operand.isLowered ? nil : .isNull(column: operand.field)
    case .isNotNull(let operand): operand.isLowered ? nil : .isNotNull(column: operand.field)
    case .like: nil
    case .not(let inner): inner.sourceFilter.map { .not($0) }
    case .and(let left, let right):
      if let left = left.sourceFilter, let right = right.sourceFilter { .and(left, right) } else { nil }
    case .or(let left, let right):
      if let left = left.sourceFilter, let right = right.sourceFilter { .or(left, right) } else { nil }
    }
  }
}
