internal import ArgumentParser
internal import WarehouseDriver
internal import YAMLReading

/// Several databases.
struct TargetsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The databases, separated by commas: URLs or names of targets in the job file; may be repeated. The others are \
      compared with the first.
      """, valueName: "a,b,…"))
  var targets: [String] = []

  @OptionGroup var waiting: TimeoutOptions

  @OptionGroup var dialects: DialectOptions

  var timeouts: Timeouts { waiting.timeouts }

  /// Names and URLs, one after the other.
  ///
  /// A connection string, or a list of hosts, may have commas too: after such a URL, a piece that is neither a name of
  /// the job file nor begins with a scheme belongs to it.
  ///
  /// - Parameters:
  ///   - names: of targets in the job file
  ///   - schemes: of all backends
  static func split(_ lists: [String], names: [String], schemes: [String]) -> [String] {
    func scheme(_ text: String) -> Substring? {
      let scheme = text.lowercased().prefix { $0 != ":" && $0 != "+" }
      return scheme.utf8.count < text.utf8.count && schemes.contains(String(scheme)) ? scheme : nil
    }
    var result: [String] = []
    for list in lists {
      for (index, piece) in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init).enumerated() {
        let before = index > 0 ? result.last : nil
        let mayGoOn = before.flatMap(scheme).map { $0 != "sqlite" } ?? false
        if mayGoOn, !names.contains(piece), scheme(piece) == nil {
          result[result.count - 1] += "," + piece
        } else {
          result.append(piece)
        }
      }
    }
    return result
  }
}
