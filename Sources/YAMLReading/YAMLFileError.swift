/// What is wrong in a YAML file of a user, and where. One line, such as
/// `sessionizer.yml:3:8: gap: '30' is no gap: write a whole number with a unit, …`.
public struct YAMLFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// From 1; nil where the file as a whole is meant.
  public var line: Int?
  /// Counted in Unicode scalars from 1.
  public var column: Int?
  /// Where it concerns one, the key: `source.gap`.
  public var key: String?
  /// What is wrong and what to do.
  public var message: String

  public init(file: String, line: Int? = nil, column: Int? = nil, key: String? = nil, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.message = message
  }

  public var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if let column { place += ":\(column)" }
    return [place, key, message].compactMap(\.self).joined(separator: ": ")
  }
}
