import BackendConformance

/// Rows of a history as lists of SQL values.
struct SourceLiterals: Sendable {
  /// An id, and a time; the number says which of several spellings is meant.
  var id: @Sendable (SourceID, HistoryJob) -> String
  var time: @Sendable (SourceTime, HistoryJob, Int) -> String
  /// A load time of the arrival column.
  var loadTime: @Sendable (Int64, HistoryJob) -> String
  var text: @Sendable (ByteKey) -> String = SourceLiterals.text

  static func text(_ key: ByteKey) -> String { "'" + key.text.replacing("'", with: "''") + "'" }

  /// The texts of INSERT statements.
  func inserts(_ rows: [SourceRow], into table: String, _ job: HistoryJob) -> [String] {
    stride(from: 0, to: rows.count, by: 400).map { start in
      let values = rows[start..<min(start + 400, rows.count)].enumerated().map { index, row in
        var values: [String] = []
        if job.hasEventID { values.append(id(row.id, job)) }
        values.append(row.user.map { job.hasIntegerUsers ? $0.text : text($0) } ?? "NULL")
        values.append(time(row.time, job, index))
        values.append(row.page.map(text) ?? "NULL")
        if let arrival = job.arrival {
          values.append(row.arrival.map { arrival.kind == .id ? String($0) : loadTime($0, job) } ?? "NULL")
        }
        if job.hasSequence { values.append(row.sequence.map(String.init) ?? "NULL") }
        return "(" + values.joined(separator: ",") + ")"
      }
      return "INSERT INTO \(table) VALUES " + values.joined(separator: ",")
    }
  }
}

/// An engine's names of the types of a history's source table.
struct SourceTypes {
  var integer: String
  var text: String
  /// nil where UUIDs are kept as text.
  var uuid: String?
  var time: String
  var zonedTime: String

  /// The definitions of its columns, in the order of `SourceLiterals`.
  func columns(_ job: HistoryJob) -> String {
    let seen = job.timeColumn == .zonedTimestamp ? zonedTime : time
    var columns: [String] = []
    if job.hasEventID {
      columns.append("event_id " + (job.idType == .integer ? integer : job.hasUUIDs ? uuid ?? text : text))
    }
    columns.append("user_id " + (job.hasIntegerUsers ? integer : text))
    columns += ["page_view_at " + (job.timeColumn == .epochMicroseconds ? integer : seen), "page " + text]
    if let arrival = job.arrival { columns.append("arrival " + (arrival.kind == .id ? integer : seen)) }
    if job.hasSequence { columns.append("sequence " + integer) }
    return columns.joined(separator: ", ")
  }
}
