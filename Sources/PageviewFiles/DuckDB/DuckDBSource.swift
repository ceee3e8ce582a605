internal import Foundation
internal import WarehouseDriver

/// What DuckDB reads for `load`: a file of columns, such as Parquet, or whatever a query gives.
public struct DuckDBSource: Hashable, Sendable {
  /// How reports and the quarantine call it: the file's path, or `--select`.
  public let name: String
  let query: String
  let kind: DuckDBFile?

  /// The database that reads it: one in memory, which has no file, and fetches no extensions.
  public static let target = "duckdb::memory:?autoinstall_known_extensions=false"

  /// A query in DuckDB's SQL.
  ///
  /// - Throws: `FileFault` for what is no single query
  public init(select sql: String) throws(FileFault) {
    name = "--select"
    kind = nil
    let tokens = SQLTokens(sql)
    let text = tokens.withoutLastSemicolon
    let inner = SQLTokens(text).tokens
    var depth = 0
    var isBalanced = true
    for token in inner {
      if token == .sign(UInt8(ascii: "(")) { depth += 1 }
      if token == .sign(UInt8(ascii: ")")) { depth -= 1 }
      if depth < 0 { isBalanced = false }
    }
    let first = inner.first { $0 != .sign(UInt8(ascii: "(")) }
    let begins = ["SELECT", "WITH", "FROM", "VALUES", "TABLE"].map { SQLTokens.Token.word($0) }
    guard let first, begins.contains(first) else {
      throw FileFault(
        path: name, "this is not a query",
        remedy: "write SELECT user_id, page_view_at, page FROM read_csv('x.csv'), or another query in DuckDB's SQL")
    }
    guard !inner.contains(.sign(UInt8(ascii: ";"))) else {
      throw FileFault(path: name, "this is more than one statement", remedy: "write one query")
    }
    guard tokens.isComplete, isBalanced, depth == 0 else {
      throw FileFault(
        path: name, "a quote, a comment or a bracket of the query does not end", remedy: "check the query")
    }
    query = text
  }

  /// A file that DuckDB reads; nil where the tool reads it by itself.
  ///
  /// - Throws: `FileFault` where the options say that the file is something else, or cannot be opened
  public init?(file path: String, options: LoadOptions) throws(FileFault) {
    guard let kind = try DuckDBFile.kind(ofFile: path) else {
      if options.format == .duckDB, path == "-" || FileManager.default.fileExists(atPath: path) {
        throw FileFault(
          path: path, "this is not a Parquet, Arrow, ORC or Avro file on the disk",
          remedy: "omit --file-format, or write the query by which DuckDB reads it (--select)")
      }
      return nil
    }
    if let format = options.format, format != .duckDB {
      throw FileFault(
        path: path, "this is \(kind.name) file, and not \(format.rawValue)",
        remedy: "omit --file-format (files.format), so that DuckDB reads it")
    }
    name = path
    self.kind = kind
    // A path that begins with a slash is no address of DuckDB's, such as s3://.
    query = kind.query(URL(fileURLWithPath: path).path)
  }

  /// Why it cannot be read where there is no library of DuckDB's.
  ///
  /// - Parameter words: what was tried; nil where nothing could be
  public func absence(_ words: String?) -> FileFault {
    let what = kind.map { "this is \($0.name) file, which load has DuckDB read" } ?? "DuckDB carries out the query"
    var remedy =
      "get libduckdb and put it where the system's loader finds it, or its manifest into a folder of ADBC_DRIVER_PATH "
      + "(docs/duckdb.md)"
    if let kind { remedy += "; or " + kind.handOver(name) }
    let tried = words.map { " (\($0))" } ?? ""
    return FileFault(path: name, "\(what), and its library is not there\(tried)", remedy: remedy)
  }
}
