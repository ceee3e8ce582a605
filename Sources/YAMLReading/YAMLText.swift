internal import Foundation
internal import Yams

/// The text of a YAML file, and its nodes.
package enum YAMLText {
  /// No file that people write comes near this; a data file named by mistake does.
  package static let greatestSize = 1 << 20

  /// Reads a file.
  ///
  /// - Parameter what: what it should be, such as `job file`
  package static func read(_ path: String, what: String) throws(YAMLFileError) -> String {
    func failure(_ message: String) -> YAMLFileError { YAMLFileError(file: path, message: message) }
    guard let file = fopen(path, "rb") else {
      throw failure("cannot read the \(what): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: greatestSize + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    if ferror(file) != 0 {
      let reason = errno == EISDIR ? "it is a directory" : String(cString: strerror(errno))
      throw failure("cannot read the \(what): \(reason)")
    }
    guard count <= greatestSize else { throw failure("larger than 1 MiB; this is no \(what)") }
    bytes.removeSubrange(count...)
    return try text(bytes, path)
  }

  /// - Parameter path: for error messages
  package static func text(_ bytes: [UInt8], _ path: String) throws(YAMLFileError) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let line = 1 + bytes.prefix(firstInvalid(in: bytes)).count { $0 == UInt8(ascii: "\n") }
    throw YAMLFileError(file: path, line: line, message: "not valid UTF-8; save the file as UTF-8")
  }

  /// The offset of the first bytes that are no UTF-8. They are there: the whole was refused.
  private static func firstInvalid(in bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var rest = bytes.makeIterator()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&rest) { offset += String(scalar).utf8.count }
    return offset
  }

  /// The whole of a text as a cursor; nil where it holds nothing but comments.
  ///
  /// - Parameter path: for error messages
  package static func root(of yaml: String, path: String) throws(YAMLFileError) -> YAMLCursor? {
    do {
      return try Yams.compose(yaml: yaml, .basic).map { YAMLCursor(file: path, path: "", node: $0) }
    } catch {
      throw YAMLFileError(error, path: path)
    }
  }
}

extension YAMLFileError {
  /// What the YAML parser says, on one line.
  fileprivate init(_ error: any Error, path: String) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let text = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
      self.init(file: path, line: mark.line, column: mark.column, message: "not valid YAML: \(text)")
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(
        file: path, line: context.mark.line, column: context.mark.column, key: keys.first,
        message: "the key is there twice (here for the first time); keep one")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      self.init(
        file: path, line: offset == nil ? nil : 1 + before.count { $0.isNewline }, message: "not valid YAML: \(problem)"
      )
    default:
      self.init(file: path, message: "not valid YAML: \(error)")
    }
  }
}
