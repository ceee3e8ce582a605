/// How the source's times are read, and how rows are found by them.
extension Planner {
  /// How page_view_at tells its moments.
  var sourceTime: TimeReading {
    switch job.source.timeFormat {
    case .timestamp: time(of: job.source.pageViewAt, zone: job.source.timeZone)
    case .epochSeconds: .epochSeconds
    case .epochMilliseconds: .epochMilliseconds
    case .epochMicroseconds: .epochMicroseconds
    }
  }

  /// How a column of times, not of numbers, tells them.
  func time(of column: String, zone: String) -> TimeReading {
    guard profile.hasStrictTypes else { return .text(zone: zone) }
    return bound.sourceTypes[column] == .zonedTimestamp ? .zoned : .local(zone: zone)
  }

  /// A window over the column as it is stored, so that the source's own indexes and partitions are of use; nothing
  /// where only the converted time can be compared. What it leaves out, the window over the converted time would too.
  func storedWindow(_ from: Literal?, _ to: Literal?) -> [Expression] {
    let column = source[job.source.pageViewAt]
    func bound(_ literal: Literal) -> Expression? {
      switch sourceTime {
      case .zoned: .zoned(of: .literal(literal))
      case .local(let zone) where SourceZone(zone) == .utc: .literal(literal)
      default: nil
      }
    }
    let lower = from.flatMap(bound).map { Expression.compare(.greaterOrEqual, column, $0, .value) }
    let upper = to.flatMap(bound).map { Expression.compare(.less, column, $0, .value) }
    return [lower, upper].compactMap(\.self)
  }

  // MARK: Arrival

  /// Whether a row arrived at or after a mark, or has no arrival value: by the column as it is stored, where that can be
  /// compared, so that an index on it is of use.
  func isRecent(_ arrival: Arrival, since: Literal) -> Expression {
    let column = source[arrival.column]
    let isAfter: Expression =
      switch (arrival.kind, time(of: arrival.column, zone: "UTC")) {
      case (.time, .zoned): .compare(.greaterOrEqual, column, .zoned(of: .literal(since)), .value)
      case (.id, _), (.time, .local): .compare(.greaterOrEqual, column, .literal(since), .value)
      default: .compare(.greaterOrEqual, comparableArrival(arrival), .literal(since), .value)
      }
    return bound.requiredColumns.contains(arrival.column) ? isAfter : .or([isAfter, .isNull(column)])
  }

  /// The arrival column in the form of a mark.
  func comparableArrival(_ arrival: Arrival) -> Expression {
    let column = source[arrival.column]
    return switch arrival.kind {
    case .id: column
    case .time: .sourceTimestamp(column, time(of: arrival.column, zone: "UTC"))
    }
  }

  /// One row with the greatest arrival value of the source, and that value in the form of a mark. It is the greatest of
  /// the column as it is stored, where that can be compared, so that an index on it is of use.
  func greatestArrival(_ arrival: Arrival) -> (row: Relation, mark: Expression) {
    let reading = time(of: arrival.column, zone: "UTC")
    var value = comparableArrival(arrival)
    var isStored = false
    if arrival.kind == .time, reading == .zoned || reading == .local(zone: "UTC") {
      value = source[arrival.column]
      isStored = true
    }
    let row = Relation.aggregate(
      .table(source), by: [], [AggregateColumn("mark", .maximum(value, .value))], alias: "m")
    let greatest = Expression.column("m", "mark")
    return (row, isStored ? .sourceTimestamp(greatest, reading) : greatest)
  }
}
