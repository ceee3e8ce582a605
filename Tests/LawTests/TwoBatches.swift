import SessionPlan
import WarehouseDriver

/// Ten users with pageviews that a second batch bridges, extends and precedes.
enum TwoBatches {
  static func insert(_ batch: Int, of count: Int, into connection: any WarehouseDriver.Connection) async throws {
    let rows = (1...count).filter { $0 % 3 == 0 ? batch == 1 : batch == 0 }.map { index in
      let time = Timestamp(microseconds: (1_735_689_600 + Int64(index * 7919 % count) * 130) * 1_000_000)
      return "('e\(index)','u\(index % 10)','\(time)','/\(index % 7)')"
    }
    // One statement, so that all of a batch is seen at once.
    _ = try await connection.execute(
      "INSERT INTO pageviews (event_id, user_id, page_view_at, page) VALUES " + rows.joined(separator: ","))
  }
}
