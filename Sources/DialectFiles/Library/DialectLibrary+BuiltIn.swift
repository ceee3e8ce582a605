public import SQLRendering

extension DialectLibrary {
  /// A dialect whose file is part of the program.
  ///
  /// A file that cannot be read is a defect of the program, which its tests find; there is nothing to be done about it
  /// at run time.
  public static func builtIn(_ name: String) -> Dialect {
    do {
      return try DialectLibrary().dialect(named: name)
    } catch {
      preconditionFailure("a built-in dialect is wrong: \(error)")
    }
  }
}
