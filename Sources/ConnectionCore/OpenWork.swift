internal import WarehouseDriver

extension SessionConnection {
  /// A query between two batches, and how long it has taken.
  final class OpenQuery {
    let query: W.Query
    let sql: String
    var duration = Duration.zero

    init(_ query: W.Query, sql: String, duration: Duration) {
      self.query = query
      self.sql = sql
      self.duration = duration
    }
  }

  /// A bulk insert between two batches, and how long it has taken.
  final class OpenAppend {
    let append: W.Append
    var duration = Duration.zero

    init(_ append: W.Append) { self.append = append }
  }
}
