internal import Foundation
internal import Yams

extension JobFile {
  /// No job file comes near this; a data file named by mistake does.
  private static let greatestSize = 1 << 20

  /// Reads a file.
  ///
  /// - Parameter path: nil is `sessionizer.yml` in the current folder if it is there, and else the defaults.
  /// - Throws: `JobFileError`
  public static func load(path: String?) throws(JobFileError) -> JobFile {
    if path == nil, access(standardPath, F_OK) != 0, errno == ENOENT { return JobFile(path: standardPath) }
    let path = path ?? standardPath
    return try JobFile(yaml: text(of: path), path: path)
  }

  private static func text(of path: String) throws(JobFileError) -> String {
    func failure(_ message: String) -> JobFileError { JobFileError(file: path, message: message) }
    guard let file = fopen(path, "rb") else {
      throw failure("cannot read the job file: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: greatestSize + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    if ferror(file) != 0 {
      let reason = errno == EISDIR ? "it is a directory" : String(cString: strerror(errno))
      throw failure("cannot read the job file: \(reason)")
    }
    guard count <= greatestSize else { throw failure("larger than 1 MiB; this is no job file") }
    bytes.removeSubrange(count...)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let line = 1 + bytes.prefix(firstInvalid(in: bytes)).count { $0 == UInt8(ascii: "\n") }
    throw JobFileError(file: path, line: line, message: "not valid UTF-8; save the file as UTF-8")
  }

  /// The offset of the first bytes that are no UTF-8. They are there: the whole was refused.
  private static func firstInvalid(in bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var rest = bytes.makeIterator()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&rest) { offset += String(scalar).utf8.count }
    return offset
  }

  /// Reads the text of a job file.
  ///
  /// - Parameter path: the file's name, for error messages
  public init(yaml: String, path: String) throws(JobFileError) {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml, .basic)
    } catch {
      throw JobFileError(error, path: path)
    }
    self.init(path: path)
    isThere = true
    guard let root else { return }
    var decoder = JobFileDecoder()
    try decoder.decode(YAMLCursor(file: path, path: "", node: root))
    settings = decoder.settings
    targets = decoder.targets
    timeouts = decoder.timeouts
    defaultTarget = decoder.defaultTarget
  }
}

extension JobFileError {
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
