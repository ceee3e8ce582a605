internal import ArgumentParser
internal import DialectFiles

/// Dialects that are not built in.
struct DialectOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file with one more dialect; may be repeated. See sessionizer dialect new, and docs/dialects.md.",
      valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var dialectFile: [String] = []

  /// Every dialect that can be chosen, and the name of the file's that was given last.
  ///
  /// - Throws: `DialectFileError`
  func library() throws -> (library: DialectLibrary, own: String?) {
    var library = CommandEnvironment.current.dialects
    var own: String?
    for file in dialectFile { own = try library.add(file: file) }
    return (library, own)
  }
}
