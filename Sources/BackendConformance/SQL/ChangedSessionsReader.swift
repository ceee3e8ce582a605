internal import WarehouseDriver

/// Takes up what `changedSessions` of a job gives, batch by batch.
struct ChangedSessionsReader {
  struct Malformed: Error {
    var column: String
  }

  let hasIntegerIDs: Bool
  private var sessions: [SessionRecord] = []
  private var retired: [ChangedSessions.Retired] = []
  /// The keyed hashes of erased users, in their order.
  private(set) var erased: [ByteKey] = []

  init(hasIntegerIDs: Bool) { self.hasIntegerIDs = hasIntegerIDs }

  var result: ChangedSessions { ChangedSessions(sessions: sessions, retired: retired) }

  mutating func read(_ batch: RecordBatch) throws {
    for row in 0..<batch.rowCount {
      func value(_ name: String) throws -> BatchValue? {
        guard let column = batch.index(of: name) else { throw Malformed(column: name) }
        return batch.row(row)[column]
      }
      func text(_ name: String) throws -> ByteKey? {
        guard let column = batch.index(of: name) else { throw Malformed(column: name) }
        guard case .text(let texts) = batch.columns[column].values else { throw Malformed(column: name) }
        return batch.columns[column].isNull(row) ? nil : ByteKey(Array(texts.utf8(row)))
      }
      func id(_ name: String) throws -> EventID {
        if hasIntegerIDs {
          guard case .int64(let number)? = try value(name) else { throw Malformed(column: name) }
          return .integer(number)
        }
        guard let key = try text(name) else { throw Malformed(column: name) }
        return .text(key)
      }
      guard let user = try text("user_id") else { throw Malformed(column: "user_id") }
      if try text("change") == ByteKey("erased") {
        erased.append(user)
        continue
      }
      if try text("change") == ByteKey("retired") {
        guard let reason = try text("reason").flatMap({ ChangedSessions.Reason(rawValue: $0.text) }) else {
          throw Malformed(column: "reason")
        }
        retired.append(.init(id: try id("session_id"), user: user, replacedBy: try id("replaced_by"), reason: reason))
        continue
      }
      guard case .timestamp(let start)? = try value("started_at"), case .timestamp(let end)? = try value("ended_at"),
        case .int64(let pageviews)? = try value("pageviews")
      else { throw Malformed(column: "started_at, ended_at or pageviews") }
      sessions.append(
        SessionRecord(
          id: try id("session_id"), user: user, startedAt: start, endedAt: end, pageviews: Int(pageviews),
          entryPage: try text("entry_page"), exitPage: try text("exit_page")))
    }
  }
}
