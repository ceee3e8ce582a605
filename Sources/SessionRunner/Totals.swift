internal import WarehouseDriver

/// The totals as people read them: a metric a row.
enum Totals {
  static func table(_ batch: RecordBatch) -> RecordBatch {
    var result = RecordBatch(schema: [BatchColumn("metric", .text), BatchColumn("value", .text)])
    guard batch.rowCount > 0 else { return result }
    for (index, column) in batch.schema.enumerated() {
      guard let metric = names[column.name] else { continue }
      result.columns[0].append(metric.name)
      guard case .int64(let value)? = batch.columns[index][0] else {
        result.columns[1].appendNull()
        continue
      }
      result.columns[1].append(metric.isMicro ? Decimal6.text(value) : String(value))
    }
    return result
  }

  private static let names: [String: (name: String, isMicro: Bool)] = [
    "sessions": ("sessions", false), "users": ("users", false), "pageviews": ("pageviews", false),
    "bounces": ("bounces", false), "pageviews_per_session_micro": ("pageviews_per_session", true),
    "bounce_rate_micro": ("bounce_rate", true), "duration_mean": ("duration_mean_seconds", true),
    "duration_median": ("duration_median_seconds", true), "duration_p95": ("duration_p95_seconds", true),
  ]
}

/// Millionths as a decimal number with six places.
enum Decimal6 {
  static func text(_ millionths: Int64) -> String {
    let magnitude = millionths.magnitude
    let fraction = String(magnitude % 1_000_000)
    return (millionths < 0 ? "-" : "") + String(magnitude / 1_000_000) + "."
      + String(repeating: "0", count: 6 - fraction.count) + fraction
  }
}

extension RecordBatch {
  /// Durations in microseconds become `duration_seconds`, with six decimals.
  func withReadableDurations() -> RecordBatch {
    guard let index = index(of: "duration_microseconds"), case .int64(let values) = columns[index].values else {
      return self
    }
    var result = self
    var texts = ColumnVector(type: .text)
    for (row, value) in values.enumerated() {
      if columns[index].isNull(row) { texts.appendNull() } else { texts.append(Decimal6.text(value)) }
    }
    result.schema[index] = BatchColumn("duration_seconds", .text)
    result.columns[index] = texts
    return result
  }
}
