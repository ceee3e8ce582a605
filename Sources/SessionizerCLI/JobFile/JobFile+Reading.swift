internal import Foundation
public import YAMLReading

extension JobFile {
  /// Reads a file.
  ///
  /// - Parameter path: nil is `sessionizer.yml` in the current folder if it is there, and else the defaults.
  /// - Throws: `JobFileError`
  public static func load(path: String?) throws(JobFileError) -> JobFile {
    if path == nil, access(standardPath, F_OK) != 0, errno == ENOENT { return JobFile(path: standardPath) }
    let place = path ?? standardPath
    let text = try YAMLText.read(place, what: "job file")
    var file = try JobFile(yaml: text, path: place)
    if path == nil { file.foundText = text }
    return file
  }

  /// Reads the text of a job file.
  ///
  /// - Parameter path: the file's name, for error messages
  public init(yaml: String, path: String) throws(JobFileError) {
    let root = try YAMLText.root(of: yaml, path: path)
    self.init(path: path)
    isThere = true
    guard let root else { return }
    var decoder = JobFileDecoder()
    try decoder.decode(root)
    settings = decoder.settings
    files = decoder.files
    targets = decoder.targets
    timeouts = decoder.timeouts
    defaultTarget = decoder.defaultTarget
  }
}
