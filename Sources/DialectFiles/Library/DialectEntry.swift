internal import BuiltInDialects
package import YAMLReading

/// A dialect file that can be read.
public struct DialectEntry: Hashable, Sendable {
  public enum Place: Hashable, Sendable {
    /// Inside the binary, by its position there.
    case builtIn(Int)
    case file(String)
  }

  public var name: String
  public var place: Place

  /// For people.
  public var path: String {
    switch place {
    case .builtIn: "built-in \(name).yaml"
    case .file(let path): path
    }
  }

  public var isBuiltIn: Bool {
    if case .builtIn = place { true } else { false }
  }

  /// The text of the file.
  ///
  /// - Throws: `YAMLFileError`
  package func text() throws(YAMLFileError) -> String {
    switch place {
    case .builtIn(let index):
      let file = builtInDialects[index]
      return try YAMLText.text(Array(UnsafeBufferPointer(start: file.bytes, count: file.count)), path)
    case .file(let path): return try YAMLText.read(path, what: "dialect file")
    }
  }

  /// Those inside the binary, in the order in which they are listed.
  static let builtIn: [DialectEntry] = (0..<builtInDialectCount).map {
    DialectEntry(name: String(cString: builtInDialects[$0].name), place: .builtIn($0))
  }
}
