internal import DialectFiles
public import SQLRendering

/// PostgreSQL's answers, from `Dialects/postgres.yaml`.
public enum PostgresDialect {
  public static let dialect = DialectLibrary.builtIn("postgres")
}
