/// A history with what must come of it: a few lines of data, what a job is, and the sessions that people counted.
///
/// Cases are JSON files that any language can read (`docs/conformance.md` has the format), and part of the program.
public struct ConformanceCase: Hashable, Sendable {
  /// Such as `late/bridge`: the file and the case.
  public var id: String
  /// What holds where it passes, one sentence.
  public var meaning: String
  /// The traps that it is about, such as `T05`, and the capabilities of a dialect without which it cannot be asked.
  public var traps: [String]
  public var needs: [String]
  public var history: History
  /// In any order.
  public var sessions: [SessionRecord]
  /// Rows of the quarantine ledger, in any order.
  public var quarantine: [QuarantineRow]

  public init(
    id: String, meaning: String, traps: [String] = [], needs: [String] = [], history: History,
    sessions: [SessionRecord], quarantine: [QuarantineRow] = []
  ) {
    self.id = id
    self.meaning = meaning
    self.traps = traps
    self.needs = needs
    self.history = history
    self.sessions = sessions
    self.quarantine = quarantine
  }

  /// The cases that are part of the program: those of its files, and the grid of the gap's ends.
  public static let own: [ConformanceCase] = files + BoundaryGrid.cases

  /// Those of the files alone.
  static let files: [ConformanceCase] = {
    do {
      return try CaseFile.builtIn.flatMap { try CaseFile.cases(in: $0.bytes, name: $0.name) }
    } catch {
      // A defect of the program, which its tests find.
      preconditionFailure("a file of cases is wrong: \(error)")
    }
  }()

  /// The cases of a file of one's own.
  ///
  /// - Throws: `CaseFileError`, which says what is wrong in which case
  public static func read(path: String) throws -> [ConformanceCase] {
    try CaseFile.cases(in: try CaseFile.bytes(path), name: path)
  }

  /// The canonical export of the sessions.
  var sessionsCSV: [UInt8] { CanonicalExport.sessions(sessions) }
}

extension ConformanceCase: CustomStringConvertible {
  public var description: String { id }
}
