public import BackendConformance
internal import Foundation
internal import SessionPlan

/// A sessionization case that another system published: a folder with its pageviews and the sessions it prints.
public struct PublishedCase: Hashable, Sendable {
  /// A session as the fixture knows it: without an id, since other systems have none or another.
  public struct Session: Hashable, Sendable {
    public var user: ByteKey
    /// Microseconds since 1970.
    public var startedAt: Int64
    public var endedAt: Int64
    public var pageviews: Int
    public var entryPage: ByteKey?
    public var exitPage: ByteKey?

    public init(_ record: SessionRecord) {
      user = record.user
      startedAt = record.startedAt
      endedAt = record.endedAt
      pageviews = record.pageviews
      entryPage = record.entryPage
      exitPage = record.exitPage
    }

    init(_ row: SimpleCSV.Row) throws {
      user = try row["user_id"]
      startedAt = try row.moment("session_start")
      endedAt = try row.moment("session_end")
      pageviews = Int(try row.integer("pageviews"))
      entryPage = try row["entry_page"]
      exitPage = try row["exit_page"]
    }
  }

  public var name: String
  public var job: HistoryJob
  /// In order of arrival.
  public var batches: [[SourceRow]]
  public var sessions: Set<Session>
  /// After batch 1, 2 …; empty where the fixture does not tell.
  public var sessionsAfterBatch: [Set<Session>]
  /// The start of each event's session, by event id.
  public var starts: [ByteKey: Int64]

  /// Each batch as it arrives, and a run after it.
  public var history: History {
    History(job: job, steps: batches.flatMap { [.insert($0), .run(.whole)] })
  }

  /// All cases of `SharedFolder.fixtures`, by name.
  ///
  /// - Throws: where a file of a case is missing or has another form
  public static func all() throws -> [PublishedCase] {
    let folder = SharedFolder.fixtures
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder) && isFolder.boolValue
    }.map { try PublishedCase(name: $0, folder: "\(folder)/\($0)") }
  }

  private struct Parameters: Decodable {
    var gapSeconds: Int64
    var newSessionWhen: String

    enum CodingKeys: String, CodingKey {
      case gapSeconds = "gap_seconds"
      case newSessionWhen = "new_session_when"
    }
  }

  init(name: String, folder: String) throws {
    self.name = name
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/params.json"))
    let parameters = try JSONDecoder().decode(Parameters.self, from: data)
    guard let gap = Gap(microseconds: parameters.gapSeconds * 1_000_000),
      let boundary = ["gap > gap_seconds": GapBoundary.same, "gap >= gap_seconds": .new][parameters.newSessionWhen]
    else { throw SimpleCSV.Malformed(description: "\(folder)/params.json: no such gap or rule") }
    job = HistoryJob(gap: gap, boundary: boundary)

    let events = try SimpleCSV(path: "\(folder)/events.csv")
    let byBatch = try Dictionary(grouping: events.rows) { events.has("batch") ? try $0.integer("batch") : 0 }
    batches = try byBatch.sorted { $0.key < $1.key }.map { _, rows in
      try rows.map { row in
        SourceRow(
          id: .text(try row["event_id"]), user: try row["user_id"], time: .at(try row.moment("page_view_at")),
          page: try row["page"])
      }
    }
    sessions = Set(try SimpleCSV(path: "\(folder)/expected_sessions.csv").rows.map(Session.init))
    starts = [:]
    for row in try SimpleCSV(path: "\(folder)/expected_assignments.csv").rows {
      starts[try row["event_id"]] = try row.moment("session_start")
    }
    let afterBatch = "\(folder)/expected_sessions_after_batch.csv"
    guard FileManager.default.fileExists(atPath: afterBatch) else {
      sessionsAfterBatch = []
      return
    }
    var states: [Int64: Set<Session>] = [:]
    for row in try SimpleCSV(path: afterBatch).rows {
      states[try row.integer("batch"), default: []].insert(try Session(row))
    }
    sessionsAfterBatch = states.sorted { $0.key < $1.key }.map(\.value)
  }
}

extension PublishedCase: CustomStringConvertible {
  public var description: String { name }
}
