/// A database to work on, as the user names it: `sqlite:path`, `postgres://…`, `odbc+<dialect>:<connection string>`.
///
/// A target may hold a password, so neither its description nor a mirror of it shows more than the scheme.
public struct Target: Sendable {
  /// The part before the first colon, in lower case, without what follows a plus sign.
  public let scheme: String
  /// What follows the plus sign of the scheme, such as `mariadb` in `odbc+mariadb:`.
  public let variant: String?
  /// What follows the first colon. May hold a secret.
  public let rest: String

  /// Reads a target URL. A plain path that ends in `.db`, `.sqlite` or `.sqlite3` is taken for SQLite, one that ends in
  /// `.duckdb` for DuckDB.
  public init(url: String) throws(DriverError) {
    let colon = url.firstIndex(of: ":")
    let head = colon.map { String(url[..<$0]) } ?? ""
    let isScheme =
      !head.isEmpty
      && head.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0)
          || ("0"..."9").contains($0) || $0 == "+" || $0 == "-" || $0 == "_"
      }
    guard isScheme, let colon else {
      let isDuckDB = url.hasSuffix(".duckdb")
      if isDuckDB || [".db", ".sqlite", ".sqlite3"].contains(where: url.hasSuffix) {
        scheme = isDuckDB ? "duckdb" : "sqlite"
        variant = nil
        rest = url
        return
      }
      throw DriverError(
        .badTarget, phase: .connect, "the target is not a URL",
        remedy: "write sqlite:PATH, or the name of a target in the job file")
    }
    let plus = head.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    scheme = plus[0].lowercased()
    variant = plus.count > 1 ? String(plus[1]).lowercased() : nil
    rest = String(url[url.index(after: colon)...])
  }
}

extension Target {
  /// How a target is written here that has the scheme of another tool; nil where that is not known.
  var rightForm: String? {
    switch scheme {
    case "mysql", "mariadb", "mysql2":
      "'odbc+\(scheme == "mariadb" ? "mariadb" : "mysql"):Driver=…;Server=HOST;Database=NAME;UID=USER;PWD=…'"
    case "jdbc":
      switch rest.prefix(while: { $0 != ":" }).lowercased() {
      case "postgresql": "postgres://USER@HOST/DATABASE"
      case "mariadb", "mysql": "'odbc+mariadb:Driver=…;Server=HOST;Database=NAME;UID=USER;PWD=…'"
      case "sqlite": "sqlite:PATH"
      default: "'odbc+DIALECT:DSN=…', as this is no Java; `sessionizer dialect list` has the dialects"
      }
    case "file", "sqlite3": "sqlite:PATH"
    case "pg", "psql", "pgsql": "postgres://USER@HOST/DATABASE"
    case "sqlserver", "mssql", "tds": "'odbc+sqlserver:Driver=…;Server=HOST;Database=NAME;UID=USER;PWD=…'"
    case "snowflake", "bigquery", "redshift", "oracle", "databricks", "trino", "presto", "clickhouse", "vertica",
      "teradata", "db2", "exasol", "spark", "hive2", "synapse", "fabric":
      "'odbc+\(scheme == "hive2" ? "spark" : scheme == "presto" ? "trino" : scheme):DSN=…'"
    case "dsn", "driver", "server", "odbcs": "'odbc+DIALECT:DSN=…;UID=…;PWD=…'"
    default: nil
    }
  }
}

extension Target: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { scheme + (variant.map { "+" + $0 } ?? "") + ":…" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["scheme": scheme]) }
}
