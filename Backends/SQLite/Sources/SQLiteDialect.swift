internal import DialectFiles
public import SQLRendering

/// SQLite's answers, from the files in `Dialects`.
public enum SQLiteDialect {
  /// As the tool's own connection talks to SQLite: with the functions that it registers (`sqlite-embedded.yaml`).
  public static let dialect = DialectLibrary.builtIn("sqlite-embedded")

  /// For any other client (`sqlite.yaml`).
  public static let plain = DialectLibrary.builtIn("sqlite")
}
