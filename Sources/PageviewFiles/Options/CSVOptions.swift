/// How a CSV file is written; the names are those of DuckDB's `read_csv`.
public struct CSVOptions: Hashable, Sendable {
  /// The character around fields.
  public enum Quote: Hashable, Sendable {
    /// There is none: a quote is a character like others.
    case none
    /// An ASCII character.
    case character(Unicode.Scalar)
  }

  /// Whether the first line names the columns.
  public var hasHeader = true
  /// The columns' names, instead of those of the header.
  public var names: [String] = []
  /// One ASCII character. nil: the first of comma, semicolon, tab, bar and U+0001 with which the header has the needed
  /// columns.
  public var delimiter: Unicode.Scalar?
  public var quote = Quote.character("\"")
  /// The character before a quote inside a quoted field. nil: the quote itself.
  public var escape: Unicode.Scalar?
  /// How many lines to pass over at the front.
  public var skip = 0
  /// Lines that begin with this ASCII character are passed over.
  public var comment: Unicode.Scalar?
  /// Missing fields at the end of a line are NULL.
  public var padsWithNull = false
  /// Take blanks off around each value. nil: no, and where the header's names have blanks around them, a user with
  /// blanks is a fault of the file.
  public var trims: Bool?

  public init() {}
}
