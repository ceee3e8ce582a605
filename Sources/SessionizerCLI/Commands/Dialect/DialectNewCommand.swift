internal import ArgumentParser
internal import DialectFiles
internal import Foundation

/// The beginning of a dialect's file.
struct DialectNewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Writes a commented file for a new dialect, with every key.",
    discussion: """
      Examples:
        sessionizer dialect new my_warehouse > my_warehouse.yaml
        sessionizer dialect new my_warehouse --extends postgres --out my_warehouse.yaml
      """)

  @Argument(help: ArgumentHelp("The new dialect's name: lower-case letters, digits, - and _.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("The dialect whose answers hold until others are given.", valueName: "name"))
  var extends = "ansi"

  @Option(
    name: .customLong("out"), help: ArgumentHelp("The file to write; by default standard output.", valueName: "file"),
    completion: .file())
  var file: String?

  @Flag(help: "Overwrite the file if it is there.")
  var force = false

  @OptionGroup var dialects: DialectOptions
  @OptionGroup var log: LogOptions

  func run() async throws {
    let library = try dialects.library().library
    if let fault = DialectLibrary.fault(inNewName: name) { throw UsageError(fault) }
    let text = DialectText.template(name: name, extending: try library.chosen(extends))
    guard let file else {
      try log.console.print(String(text.dropLast()))
      return
    }
    if !force, access(file, F_OK) == 0 {
      throw OutputError.failed("\(file) is there already; --force overwrites it")
    }
    try OutputFile.write(text, to: file)
    log.console.note("wrote \(file)")
  }
}
