internal import ArgumentParser

/// Which rows and columns are printed, and how a wide table is.
struct ShapeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only these columns, in this order, separated by commas.", valueName: "a,b,…"),
    transform: ColumnList.init)
  var columns: ColumnList?

  @Option(help: ArgumentHelp("The most rows.", valueName: "n"))
  var limit: Int?

  @Flag(help: "As a table: each row as a block, a line a column.")
  var expanded = false

  mutating func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
    if columns?.names.contains("") ?? false { throw ValidationError("--columns must name columns, as in a,b") }
  }

  var shape: RowShape { RowShape(columns: columns?.names ?? [], limit: limit, isExpanded: expanded) }
}

/// Names, separated by commas.
struct ColumnList: Hashable, Sendable {
  var names: [String]

  init(_ text: String) {
    names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
