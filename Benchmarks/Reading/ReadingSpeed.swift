import PageviewFiles
import SessionPlan

/// Reads files as `load` does, without a database, and prints what it took.
///
/// `reading-speed [--event-id-none] FILE…`; `Benchmarks/bench_reading.py` writes the files and judges the figures.
@main enum ReadingSpeed {
  static func main() {
    var options = LoadOptions()
    var files: [String] = []
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      if argument == "--event-id-none" { options.columns.hasNoEventID = true } else { files.append(argument) }
    }
    for file in files { read(file, options) }
  }

  /// Prints rows, lines left out, faulty lines, bytes of the file and seconds, with blanks between.
  private static func read(_ file: String, _ options: LoadOptions) {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let reader = try PageviewFileReader(path: file, options: options)
      while try reader.next() != nil {}
      let took = (clock.now - start).components
      let seconds = Double(took.seconds) + Double(took.attoseconds) / 1e18
      let summary = reader.summary
      print(summary.rows, summary.filtered, summary.faultCount, summary.bytes, seconds)
    } catch {
      print(error)
    }
  }
}
