public import SessionPlan

/// Writes plan statements in a dialect.
///
/// ```swift
/// let sql = try Renderer(dialect).render(.query(query))
/// ```
public struct Renderer: Sendable {
  public let dialect: Dialect
  /// The window functions and aggregates of the SELECT at hand.
  var calls: [ColumnReference: Select.Call] = [:]
  /// The relations whose columns are named without them.
  var bare: Set<String> = []
  /// The tables that have no alias, since nothing names them.
  var unaliased: Set<String> = []
  /// The windows of the SELECT at hand that have names.
  var windows: [[String]] = []

  /// Whether a script is written: named subqueries say in a comment what they are for, and what the job leaves open may
  /// be a placeholder.
  let isScript: Bool
  /// Whether it is inside the body of a view.
  var isInView = false

  /// - Parameter asScript: whether a script is written: named subqueries say in a comment what they are for, and what the
  ///   job leaves open may be a placeholder
  public init(_ dialect: Dialect, asScript: Bool = false) {
    self.dialect = dialect
    isScript = asScript
  }

  /// The SQL of a statement: one text, or several where the engine needs them (a scratch table is made, then filled).
  ///
  /// - Throws: `RenderingError` where the dialect has no way to say it.
  public func render(_ statement: Statement) throws -> [String] {
    try protectedText(of: statement).map { LineBreaks.restored($0) }
  }

  /// What makes the scratch table of a statement, and what then fills it; nil for any other statement.
  func scratchParts(of statement: Statement) throws -> (made: String, filled: [String])? {
    guard case .createScratch(let scratch) = statement else { return nil }
    let parts = try scratchParts(scratch)
    return (LineBreaks.restored(parts.made), parts.filled.map { LineBreaks.restored($0) })
  }

  private func protectedText(of statement: Statement) throws -> [String] {
    switch statement {
    case .createTable(let table): [try createSequence(table), try createTable(table)].compactMap(\.self)
    case .createSchema(let table): [try createSchema(of: table)]
    case .createIndex(let index): try createIndex(index).map { [$0] } ?? []
    case .createView(let name, let query): [try createView(name, text(ofView: query))]
    case .replaceView(let name, let query): [try dropView(name), try createView(name, text(ofView: query))]
    case .addColumn(let column, let table, let isKey): [try addColumn(column, to: table, isKey: isKey)]
    case .createKey(let table, let columns): [try createKey(table, columns)]
    case .grant(let grant): try self.grant(grant)
    case .guardTable(let table): try guardTable(table)
    case .createScratch(let scratch): try createScratch(scratch)
    case .insert(let insert): [try self.insert(insert)]
    case .query(let query): [try text(of: query)]
    }
  }

  private func createView(_ name: ObjectName, _ query: String) throws -> String {
    try fill(
      dialect.tables.createView,
      [
        "name": try quoted(name), "name_text": try quotedText(try identifier(name)), "query": query,
        "query_text": try quotedSQL(query),
      ], "create_view")
  }

  // MARK: Names

  /// A finished text, with the line breaks of its names and constants.
  func restored(_ sql: String) -> String { LineBreaks.restored(sql) }

  /// A table's or view's name as it stands in SQL.
  public func identifier(_ name: ObjectName) throws(RenderingError) -> String {
    LineBreaks.restored(try quoted(name))
  }

  /// A column's name as it stands in SQL.
  public func identifier(_ name: String) throws(RenderingError) -> String {
    LineBreaks.restored(try quoted(name))
  }

  /// A table's name where rows are read, which inside a view must say its schema on some engines (trap T29).
  func nameOfRows(_ name: ObjectName) throws(RenderingError) -> String {
    guard isInView, name.parts.count == 1, let schema = dialect.tables.schemaInViews else { return try quoted(name) }
    guard isScript else {
      throw RenderingError(
        dialect: dialect.name, node: "schema_in_views",
        message: "a view must name the schema of what it reads, and \(name) has none",
        remedy: "say where the tables are: ledgers.schema, or --schema")
    }
    return schema + "." + (try quoted(name))
  }

  // MARK: Single parts

  /// A template of `Dialect.Session` or `Dialect.Tables` with its placeholders filled in.
  ///
  /// - Throws: `RenderingError` for a placeholder that has no value.
  public func fill(_ template: String, _ values: [String: String]) throws(RenderingError) -> String {
    // The values are finished texts, in which nothing stands for a line break any more.
    try fill(template, values, "session")
  }

  /// A value as it stands in SQL.
  public func constant(_ literal: Literal) throws -> String { LineBreaks.restored(try self.literal(literal)) }

  /// A text constant as it stands in SQL.
  ///
  /// - Throws: `RenderingError` for a text with a NUL character.
  public func constant(_ text: String) throws(RenderingError) -> String {
    LineBreaks.restored(try quotedText(text))
  }

  func quoted(_ name: ObjectName) throws(RenderingError) -> String {
    var parts: [String] = []
    for part in name.parts { parts.append(try quoted(part)) }
    return parts.joined(separator: ".")
  }

  func quoted(_ name: String) throws(RenderingError) -> String {
    let rules = dialect.identifiers
    guard !name.isEmpty, !name.unicodeScalars.contains("\0") else {
      throw RenderingError(dialect: dialect.name, node: "name", message: "a name is empty or has a NUL character")
    }
    guard name.utf8.count <= rules.longest else {
      throw RenderingError(
        dialect: dialect.name, node: "name",
        message: "\(name) has \(name.utf8.count) bytes, more than the \(rules.longest) that the engine keeps",
        remedy: "choose a shorter name or prefix")
    }
    if rules.quotesWhenNeeded, name.isPlainName, !ReservedWords.all.contains(name) { return name }
    var body = LineBreaks.protected(name)
    if rules.escapesBackslash { body = body.replacing(scalar: "\\", with: "\\\\") }
    return rules.openQuote
      + replacing(rules.closeQuote, in: body, with: rules.escapedQuote ?? rules.closeQuote + rules.closeQuote)
      + rules.closeQuote
  }

  /// SQL as a text constant.
  func quotedSQL(_ sql: String) throws(RenderingError) -> String { try quotedText(LineBreaks.restored(sql)) }

  /// A text constant.
  ///
  /// - Throws: `RenderingError` for a text with a NUL character, which would end the statement for many engines.
  func quotedText(_ text: String) throws(RenderingError) -> String {
    guard !text.unicodeScalars.contains("\0") else {
      throw RenderingError(
        dialect: dialect.name, node: "text literal", message: "a text has a NUL character", remedy: "take it out")
    }
    let rules = dialect.literals
    var body = text
    if rules.escapesBackslash { body = body.replacing(scalar: "\\", with: "\\\\") }
    if let lineBreak = rules.lineBreak { body = body.replacing(scalar: "\n", with: lineBreak) }
    return "'" + LineBreaks.protected(body.replacing(scalar: "'", with: rules.escapedQuote)) + "'"
  }

  // MARK: Help for the parts

  /// Every closing quote escaped, scalar by scalar: an accent that follows one must not hide it.
  private func replacing(_ quote: String, in name: String, with escaped: String) -> String {
    let scalars = Array(quote.unicodeScalars)
    if scalars.count == 1 { return name.replacing(scalar: scalars[0], with: escaped) }
    var rest = Array(name.unicodeScalars)[...]
    var result = String.UnicodeScalarView()
    while let first = rest.first {
      if rest.starts(with: scalars) {
        result.append(contentsOf: escaped.unicodeScalars)
        rest = rest.dropFirst(scalars.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return String(result)
  }

  func fill(_ template: String, _ values: [String: String], _ node: String) throws(RenderingError) -> String {
    do {
      return try Template.fill(template, values, name: node)
    } catch {
      var named = error
      named.dialect = dialect.name
      throw named
    }
  }

  func intent(_ intent: Intent, _ values: [String: String]) throws(RenderingError) -> String {
    guard let template = dialect.templates[intent] else {
      throw RenderingError(
        dialect: dialect.name, node: intent.rawValue, message: "this dialect has no way to write it",
        remedy: "add a template \(intent.rawValue) to the dialect, or a setting of the job that does without")
    }
    return try fill(template, values, intent.rawValue)
  }

  func type(_ type: ValueType, isKey: Bool) -> String {
    switch type {
    case .integer: dialect.types.integer
    case .text: isKey ? dialect.types.key : dialect.types.text
    case .timestamp, .zonedTimestamp: dialect.types.timestamp
    case .instant: dialect.types.instant
    case .flag: dialect.types.flag
    case .seconds: dialect.types.text
    }
  }

  /// The type as it stands in a CAST.
  func castType(_ type: ValueType) -> String {
    let types = dialect.types
    let own: String? =
      switch type {
      case .integer: types.castInteger
      case .text, .seconds: types.castText
      case .timestamp, .zonedTimestamp: types.castTimestamp
      case .instant, .flag: nil
      }
    return own ?? self.type(type, isKey: false)
  }
}

extension String {
  /// Whether it is a name as every engine takes it without quotes, and none folds into another.
  fileprivate var isPlainName: Bool {
    guard let first = utf8.first, (0x61...0x7A).contains(first) else { return false }
    return utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }
}

/// Line breaks inside names and texts, which indenting must not touch: they travel as other characters until the
/// statement is complete.
private enum LineBreaks {
  static func protected(_ text: String) -> String {
    text.replacing(scalar: "\u{1}", with: "\u{1}1").replacing(scalar: "\n", with: "\u{1}2")
  }

  static func restored(_ sql: String) -> String {
    guard sql.utf8.contains(1) else { return sql }
    var result = String.UnicodeScalarView()
    var isMarked = false
    for next in sql.unicodeScalars {
      if isMarked {
        result.append(next == "2" ? "\n" : "\u{1}")
        isMarked = false
      } else if next == "\u{1}" {
        isMarked = true
      } else {
        result.append(next)
      }
    }
    return String(result)
  }
}
