internal import ConnectionCore
internal import SQLRendering
internal import WarehouseDriver

/// A long result in a temporary table on the server; see `Dialect.ODBC.Spool`.
final class SpooledResult {
  private let spool: Dialect.ODBC.Spool
  private let link: ODBCLink
  private let sql: String
  private let texts: Texts
  private var next = 1
  /// How many rows a page has: few where they are large, because the driver holds a page.
  private var pageRows = 1000

  /// The statements, ready to be sent.
  private struct Texts {
    var table: String
    var position: String
    var columns: String
  }

  /// A result that has more rows than this is kept on the server.
  static let longest = 20_000
  private static let pageBytes = 8 << 20

  private init(_ spool: Dialect.ODBC.Spool, _ link: ODBCLink, _ sql: String, _ texts: Texts) {
    self.spool = spool
    self.link = link
    self.sql = sql
    self.texts = texts
  }

  // MARK: Making one

  /// The query with a limit, where a result of it might have to be kept; nil where the driver reads row by row, or the
  /// query already has a limit or something else at its end.
  static func limited(_ sql: String, dialect: Dialect, engine: Engine, _ tokens: SQLTokens) throws -> String? {
    let driver = "\(engine.driver) \(engine.driverVersion)"
    guard let spool = dialect.odbc.spool, spool.drivers.contains(where: { driver.hasPrefix($0) }),
      let first = tokens.words.first, ["SELECT", "WITH"].contains(first), !tokens.hasEndingClause
    else { return nil }
    return try Renderer(dialect).fill(
      spool.limited, ["query": tokens.withoutLastSemicolon, "rows": String(longest + 1)])
  }

  /// Keeps the result of a query; nil where the engine refuses to make the table, as it does where a role has no right
  /// to, or two columns have one name.
  static func keep(
    _ sql: String, _ columns: [BatchColumn], number: Int, dialect: Dialect, _ link: ODBCLink, _ tokens: SQLTokens
  ) throws -> SpooledResult? {
    guard let spool = dialect.odbc.spool else { return nil }
    let renderer = Renderer(dialect)
    let names: [String]
    do {
      names = try columns.map { try renderer.identifier($0.name) }
    } catch {
      return nil
    }
    let texts = Texts(
      table: try renderer.identifier("sessionizer_result_\(number)"),
      position: try renderer.identifier("sessionizer_position"), columns: names.joined(separator: ", "))
    let query = tokens.withoutLastSemicolon
    let create = try renderer.fill(
      spool.create, ["name": texts.table, "position": texts.position, "query": query])
    let fill = try renderer.fill(
      spool.fill,
      [
        "name": texts.table, "query": query, "columns": texts.columns,
        "values": names.map { "r." + $0 }.joined(separator: ", "),
      ])
    let result = SpooledResult(spool, link, sql, texts)
    do throws(DriverError) {
      try link.run(create, .execute, shown: sql)
      try link.run(fill, .execute, shown: sql)
      return result
    } catch {
      result.drop(renderer)
      if [.cancelled, .timeout, .connectionLost, .diskFull].contains(error.code) { throw error }
      return nil
    }
  }

  // MARK: Reading it

  /// The next page, carried out; it has no rows after the last.
  ///
  /// - Parameter bytesPerRow: of the rows so far, about
  func nextPage(_ dialect: Dialect, bytesPerRow: Int) throws(DriverError) -> ODBCStatement {
    if next > 1 { pageRows = min(max(Self.pageBytes / max(bytesPerRow, 1), 1), Self.longest) }
    let text: String
    do {
      text = try Renderer(dialect).fill(
        spool.page,
        [
          "name": texts.table, "position": texts.position, "columns": texts.columns, "first": String(next),
          "last": String(next + pageRows - 1),
        ])
    } catch {
      throw DriverError(.unsupported, phase: .fetch, error.description, statement: sql)
    }
    next += pageRows
    let statement = try ODBCStatement(link, sql: sql)
    try statement.execute(text, .fetch)
    return statement
  }

  /// Takes the table away. One that is not there is as good as dropped.
  func drop(_ renderer: Renderer) {
    guard !link.isLost, let text = try? renderer.fill(spool.drop, ["name": texts.table]) else { return }
    _ = try? link.shielded { () throws(DriverError) in try link.run(text, .close) }
  }
}

extension SQLTokens {
  /// Whether the outermost query ends in something that no limit may follow.
  fileprivate var hasEndingClause: Bool {
    var depth = 0
    for token in tokens {
      switch token {
      case .sign(UInt8(ascii: "(")): depth += 1
      case .sign(UInt8(ascii: ")")): depth -= 1
      case .word("LIMIT"), .word("FETCH"), .word("FOR"), .word("INTO"), .word("LOCK"), .word("PROCEDURE"),
        .word("OFFSET"), .word("RETURNING"):
        if depth == 0 { return true }
      default: break
      }
    }
    return false
  }
}
