internal import ConformanceCaseFiles
internal import Foundation
internal import SessionPlan

/// What is wrong with a file of cases.
public struct CaseFileError: Error, Hashable, CustomStringConvertible {
  public var description: String
}

/// Reads cases and expected failures from JSON.
enum CaseFile {
  /// Those inside the binary.
  static var builtIn: [(name: String, bytes: [UInt8])] {
    list(conformanceCaseFiles, conformanceCaseFileCount)
  }

  /// What is known to fail in a dialect of the program's, by the dialect's name.
  static var overlays: [(name: String, bytes: [UInt8])] {
    list(conformanceOverlays, conformanceOverlayCount)
  }

  private static func list(
    _ files: UnsafePointer<ConformanceFile>, _ count: Int
  ) -> [(name: String, bytes: [UInt8])] {
    (0..<count).map { index in
      let file = files[index]
      return (String(cString: file.name), Array(UnsafeBufferPointer(start: file.bytes, count: file.count)))
    }
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw CaseFileError(description: "\(path): the file cannot be read; check the path and its rights")
    }
  }

  static func cases(in bytes: [UInt8], name: String) throws -> [ConformanceCase] {
    let form: Form = try decode(bytes, name)
    return try form.cases.map { entry in
      do throws(CaseFileError) {
        return try entry.conformanceCase()
      } catch {
        throw CaseFileError(description: "\(name), case \(entry.id): \(error)")
      }
    }
  }

  /// Reasons by the id of the check that fails.
  static func expectedFailures(in bytes: [UInt8], name: String) throws -> [String: String] {
    let form: Overlay = try decode(bytes, name)
    return Dictionary(form.expectedFailures.map { ($0.check, $0.reason) }, uniquingKeysWith: { first, _ in first })
  }

  private static func decode<Value: Decodable>(_ bytes: [UInt8], _ name: String) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw CaseFileError(description: "\(name): \(text(error))")
    }
  }

  private static func text(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): "\(path(context.codingPath)): \(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(path(context.codingPath)): a value of another kind is expected"
    case .dataCorrupted(let context): "\(path(context.codingPath)): \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.isEmpty ? "the file" : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}

// MARK: The form of the files

private struct Overlay: Decodable {
  struct Failure: Decodable {
    var check: String
    var reason: String
  }
  var expectedFailures: [Failure]

  enum CodingKeys: String, CodingKey { case expectedFailures = "expected_failures" }
}

private struct Form: Decodable {
  var about: String
  var cases: [Entry]
}

/// A value of a row.
private enum Cell: Decodable {
  case null
  case integer(Int64)
  case text(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let number = try? container.decode(Int64.self) {
      self = .integer(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  var key: ByteKey? {
    switch self {
    case .null: nil
    case .integer(let value): ByteKey(String(value))
    case .text(let text): ByteKey(text)
    }
  }
}

private struct Entry: Decodable {
  struct Job: Decodable {
    struct Arrival: Decodable {
      var kind: String
      var overlap: Int64
    }
    var gap: String?
    var boundary: String?
    var eventIDType: String?
    var hasEventID: Bool?
    var userIDType: String?
    var arrival: Arrival?

    enum CodingKeys: String, CodingKey {
      case gap, arrival
      case boundary = "gap_boundary"
      case eventIDType = "event_id_type"
      case hasEventID = "event_id"
      case userIDType = "user_id_type"
    }
  }

  struct Step: Decodable {
    var load: [[Cell]]?
    var run: Mode?
    var killed: Mode?
  }

  enum Mode: Decodable {
    struct Window: Decodable {
      var from: String?
      var to: String?
    }
    case word(String)
    case window(Window)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let word = try? container.decode(String.self) {
        self = .word(word)
      } else {
        self = .window(try container.decode(Window.self))
      }
    }
  }

  var id: String
  var meaning: String
  var traps: [String]?
  var needs: [String]?
  var job: Job?
  var steps: [Step]
  var sessions: [[Cell]]
  var quarantine: [[Cell]]?

  func conformanceCase() throws(CaseFileError) -> ConformanceCase {
    let job = try historyJob()
    var steps: [HistoryStep] = []
    for step in self.steps {
      if let load = step.load {
        var rows: [SourceRow] = []
        for row in load { rows.append(try source(row, job)) }
        steps.append(.insert(rows))
      } else if let mode = step.run {
        steps.append(.run(try run(mode)))
      } else if let mode = step.killed {
        steps.append(.killed(try run(mode)))
      } else {
        throw CaseFileError(description: "a step is none of load, run, killed")
      }
    }
    var sessions: [SessionRecord] = []
    for row in self.sessions { sessions.append(try session(row, job)) }
    var quarantine: [QuarantineRow] = []
    for row in self.quarantine ?? [] {
      guard row.count == 5 else { throw CaseFileError(description: "a row of quarantine has five values") }
      quarantine.append(
        QuarantineRow(
          reason: row[0].key ?? "", eventID: row[1].key, user: row[2].key, time: row[3].key, page: row[4].key))
    }
    return ConformanceCase(
      id: id, meaning: meaning, traps: traps ?? [], needs: needs ?? [], history: History(job: job, steps: steps),
      sessions: sessions, quarantine: quarantine)
  }

  private func historyJob() throws(CaseFileError) -> HistoryJob {
    let job = self.job ?? Job()
    guard let gap = Gap(text: job.gap ?? "30m") else { throw wrong("gap", job.gap) }
    guard let boundary = GapBoundary(rawValue: job.boundary ?? "new") else { throw wrong("gap_boundary", job.boundary) }
    guard let idType = EventIDType(rawValue: job.eventIDType ?? "text") else {
      throw wrong("event_id_type", job.eventIDType)
    }
    guard let userType = EventIDType(rawValue: job.userIDType ?? "text") else {
      throw wrong("user_id_type", job.userIDType)
    }
    var arrival: HistoryJob.Arrival?
    if let wanted = job.arrival {
      guard let kind = Arrival.Kind(rawValue: wanted.kind) else { throw wrong("arrival.kind", wanted.kind) }
      arrival = HistoryJob.Arrival(kind: kind, overlap: wanted.overlap)
    }
    return HistoryJob(
      gap: gap, boundary: boundary, idType: idType, hasEventID: job.hasEventID ?? true,
      hasIntegerUsers: userType == .integer, arrival: arrival)
  }

  private func wrong(_ key: String, _ value: String?) -> CaseFileError {
    CaseFileError(description: "job.\(key) cannot be \(value ?? "null")")
  }

  private func source(_ row: [Cell], _ job: HistoryJob) throws(CaseFileError) -> SourceRow {
    guard row.count == 4 || (row.count == 5 && job.arrival != nil) else {
      throw CaseFileError(description: "a row to load has four values, and a fifth where the job has an arrival column")
    }
    let id: SourceID =
      switch row[0] {
      case .null: .null
      case .integer(let value): .integer(value)
      case .text(let text): .text(ByteKey(text))
      }
    let time: SourceTime = if let text = row[2].key { .at(try moment(text)) } else { .null }
    var arrival: Int64?
    if row.count == 5, case .integer(let value) = row[4] { arrival = value }
    return SourceRow(id: id, user: row[1].key, time: time, page: row[3].key, arrival: arrival)
  }

  private func session(_ row: [Cell], _ job: HistoryJob) throws(CaseFileError) -> SessionRecord {
    guard row.count == 7, let user = row[1].key, let start = row[2].key, let end = row[3].key,
      case .integer(let pageviews) = row[4]
    else { throw CaseFileError(description: "a session has seven values: id, user, start, end, pageviews, pages") }
    let id: EventID
    switch row[0] {
    case .null: throw CaseFileError(description: "a session has an id")
    case .integer(let value): id = .integer(value)
    case .text(let text): id = .text(ByteKey(text))
    }
    return SessionRecord(
      id: id, user: user, startedAt: try moment(start), endedAt: try moment(end), pageviews: Int(pageviews),
      entryPage: row[5].key, exitPage: row[6].key)
  }

  private func run(_ mode: Mode) throws(CaseFileError) -> RunMode {
    switch mode {
    case .word("whole"): return .whole
    case .word("new"): return .new
    case .word(let word): throw CaseFileError(description: "no kind of run is called \(word)")
    case .window(let window):
      var ends: [Int64?] = []
      for text in [window.from, window.to] {
        if let text { ends.append(try moment(ByteKey(text))) } else { ends.append(nil) }
      }
      return .window(from: ends[0], to: ends[1])
    }
  }

  private func moment(_ text: ByteKey) throws(CaseFileError) -> Int64 {
    guard let time = Timestamp(text: text.text) else { throw CaseFileError(description: "\(text) is no time") }
    return time.microseconds
  }
}
