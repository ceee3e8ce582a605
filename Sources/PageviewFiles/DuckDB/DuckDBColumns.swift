internal import WarehouseDriver

/// Which columns of DuckDB's result are which field, and how each becomes a text without any loss.
///
/// The types decide: a time of a type without a zone is local, one with a zone exact; whole numbers and decimals keep
/// their digits; what has no one form as a text is refused, and so is a key that is a rounded number.
struct DuckDBColumns {
  let header: CSVHeader
  /// The query whose columns are the fields of the plan that are there, as texts.
  let query: String
  /// Of each slot of the plan: the column of `query`.
  let columns: [Int?]
  /// Whether the time's columns are times, and no texts or numbers that tell them.
  let timeIsTyped: Bool
  /// Whether it is a number.
  let timeIsNumber: Bool

  /// - Parameter types: asks for the names and types of a query's columns
  init(
    _ source: DuckDBSource, _ options: LoadOptions,
    types: (String) async throws -> [(name: String, type: String)]
  ) async throws {
    let from = "FROM (\n\(source.query)\n) AS q"
    // Of the query itself: as a part of another, it would get other names for those that it has twice.
    let given = try await types("(\n\(source.query)\n)").map(\.name)
    for (index, name) in given.enumerated()
    where given[..<index].contains(where: { $0.lowercased() == name.lowercased() }) {
      throw FileFault(
        path: source.name, "it has the column \(shownName(name.utf8)) twice", remedy: "give each a name of its own")
    }
    let paths = Self.paths(options, given)
    let header = try CSVHeader(
      names: (given + paths.map(\.text)).map { Array($0.utf8) }, line: nil, path: source.name, options: options,
      place: .result)
    self.header = header
    // The columns that are needed, each once.
    let needed = Set(header.columns.compactMap(\.self)).sorted()
    let values = needed.map { $0 < given.count ? Self.quoted(given[$0]) : paths[$0 - given.count].sql }
    let raw = zip(values, needed).map { "\($0) AS c\($1)" }.joined(separator: ", ")
    let found = try await types("SELECT \(raw) \(from)")
    columns = header.columns.map { column in column.flatMap { needed.firstIndex(of: $0) } }

    let plan = header.plan
    let kinds = found.map { Kind($0.type) }
    func check(_ rule: FieldRule, _ fits: (Kind) -> Bool, _ remedy: String) throws(FileFault) {
      for slot in Set(rule.alternatives.joined()) {
        guard let column = header.columns[slot], let index = needed.firstIndex(of: column), !fits(kinds[index]) else {
          continue
        }
        throw FileFault(
          path: source.name,
          "the column \(shownName(header.plan.names[slot].utf8)) for \(rule.meaning) is of type \(found[index].type)",
          remedy: remedy)
      }
    }
    let cast = "cast it in a query: --select \"SELECT …\""
    let key = "a key is a text or a whole number: " + cast
    for rule in [plan.event, plan.user].compactMap(\.self) { try check(rule, { $0.isKey }, key) }
    try check(plan.time, { $0 != .other && $0 != .json }, cast)
    if let page = plan.page { try check(page, { $0 != .other && $0 != .json }, cast) }
    for rule in plan.attributes { try check(rule, { $0 != .other }, cast) }
    for name in options.only?.fields ?? [] {
      guard let slot = plan.names.firstIndex(of: name), let column = header.columns[slot],
        let index = needed.firstIndex(of: column), kinds[index] == .other
      else { continue }
      throw FileFault(
        path: source.name, "the column \(shownName(name.utf8)) for --only is of type \(found[index].type)", remedy: cast
      )
    }

    let times = plan.time.alternatives.joined().compactMap { header.columns[$0] }
      .compactMap { needed.firstIndex(of: $0) }.map { kinds[$0] }
    timeIsTyped = times.allSatisfy { $0 == .time || $0 == .zonedTime }
    timeIsNumber = times.contains { $0 == .number || $0 == .float }
    let texts = zip(values, kinds).map { $1.text($0) }
    query = "SELECT \(texts.isEmpty ? "NULL" : texts.joined(separator: ", ")) \(from)"
  }

  // MARK: Types

  private enum Kind {
    case text, number, float, time, zonedTime, flag, json, other

    /// - Parameter type: as DuckDB writes it
    init(_ type: String) {
      let word = type.prefix { $0 != "(" }
      switch word {
      case _ where type.hasSuffix("]"): self = .other
      case "VARCHAR", "UUID", "ENUM", "\"NULL\"", "NULL": self = .text
      case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
        "UHUGEINT", "DECIMAL", "BIGNUM":
        self = .number
      case "FLOAT", "DOUBLE": self = .float
      case "BOOLEAN": self = .flag
      case "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS": self = .time
      case "TIMESTAMP WITH TIME ZONE": self = .zonedTime
      case "JSON": self = .json
      default: self = .other
      }
    }

    var isKey: Bool { self == .text || self == .number || self == .flag || self == .time || self == .zonedTime }

    /// A value as a text. A moment is written in UTC, whatever the session's zone is.
    func text(_ sql: String) -> String {
      guard self == .zonedTime else { return "CAST(\(sql) AS VARCHAR)" }
      return "CASE WHEN isfinite(\(sql)) THEN CAST(make_timestamp(epoch_us(\(sql))) AS VARCHAR) || '+00' "
        + "WHEN \(sql) > TIMESTAMPTZ '1970-01-01 00:00:00+00' THEN 'infinity' "
        + "WHEN \(sql) IS NOT NULL THEN '-infinity' END"
    }
  }

  // MARK: Names

  /// Names of the options that are paths into structures of a column, such as `context.page`.
  private static func paths(_ options: LoadOptions, _ given: [String]) -> [(text: String, sql: String)] {
    let columns = options.columns
    let texts =
      [columns.eventID, columns.userID, columns.pageViewAt, columns.page].compactMap(\.self)
      + options.attributes.map(\.column)
    let names = texts.flatMap { FieldExpression($0).alternatives.joined() } + (options.only?.fields ?? [])
    var paths: [(text: String, sql: String)] = []
    for name in names where name.contains(".") {
      let isColumn = given.contains { $0.lowercased() == name.lowercased() }
      guard !isColumn, !paths.contains(where: { $0.text == name }) else { continue }
      let keys = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard let root = given.first(where: { $0.lowercased() == keys[0].lowercased() }), !keys.contains("") else {
        continue
      }
      let steps = keys.dropFirst().map { "['\($0.replacing("'", with: "''"))']" }
      paths.append((name, quoted(root) + steps.joined()))
    }
    return paths
  }

  private static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}
