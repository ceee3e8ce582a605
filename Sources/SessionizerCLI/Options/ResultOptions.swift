internal import ArgumentParser

/// `--format` of commands whose result is no table.
struct ResultOptions: ParsableArguments {
  /// How a result is printed.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case json, jsonl

    var output: OutputFormat { self == .json ? .json : .jsonl }
  }

  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "Also print the result for programs, on standard output: also when it fails.", valueName: "json|jsonl"))
  var written: Format?

  var format: OutputFormat? { written?.output }
}
