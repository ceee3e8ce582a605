internal import SessionPlan

/// One way to make a history smaller; `candidate(_:at:)` gives its attempts in turn, nil after the last.
enum ShrinkPass: CaseIterable {
  case halveSteps, dropStep, halveRows, dropRow, joinInserts, simplifyMode, simplifyRow, simplifyJob

  /// Whether a success removes the attempt's place, so that the next attempt stands at the same index.
  var movesUp: Bool {
    switch self {
    case .halveSteps, .dropStep, .halveRows, .dropRow, .joinInserts: true
    case .simplifyMode, .simplifyRow, .simplifyJob: false
    }
  }

  func candidate(_ history: History, at index: Int) -> History? {
    var smaller = history
    let steps = history.steps
    switch self {
    case .halveSteps:
      guard index < 2, steps.count > 3 else { return nil }
      smaller.steps = Array(index == 0 ? steps.prefix(steps.count / 2) : steps.suffix(steps.count / 2))
    case .dropStep:
      guard index < steps.count else { return nil }
      smaller.steps.remove(at: index)
    case .halveRows, .dropRow:
      let width = self == .dropRow ? 1 : max(2, history.rows.count / 4)
      guard index * width < history.rows.count else { return nil }
      smaller.steps = Self.dropping(rows: index * width..<(index + 1) * width, from: steps)
    case .joinInserts:
      guard index + 1 < steps.count else { return nil }
      guard case .insert(let first) = steps[index], case .insert(let second) = steps[index + 1] else { return history }
      smaller.steps.replaceSubrange(index...index + 1, with: [.insert(first + second)])
    case .simplifyMode:
      guard index < steps.count else { return nil }
      switch steps[index] {
      case .run(.whole), .insert: return history
      case .run: smaller.steps[index] = .run(.whole)
      case .killed(let mode): smaller.steps[index] = .run(mode)
      }
    case .simplifyRow:
      guard index < history.rows.count * Self.rowSteps else { return nil }
      Self.simplify(&smaller, row: index / Self.rowSteps, step: index % Self.rowSteps)
    case .simplifyJob:
      guard index < 7 else { return nil }
      Self.simplifyJob(&smaller, step: index)
    }
    return smaller
  }

  private static func dropping(rows range: Range<Int>, from steps: [HistoryStep]) -> [HistoryStep] {
    var position = 0
    return steps.map { step in
      guard case .insert(let rows) = step else { return step }
      defer { position += rows.count }
      return .insert(rows.enumerated().filter { !range.contains($0.offset + position) }.map(\.element))
    }
  }

  private static let rowSteps = 6

  private static func simplify(_ history: inout History, row target: Int, step: Int) {
    var position = 0
    for (index, next) in history.steps.enumerated() {
      guard case .insert(var rows) = next else { continue }
      if target < position + rows.count {
        change(&rows[target - position], step: step, among: history)
        history.steps[index] = .insert(rows)
        return
      }
      position += rows.count
    }
  }

  private static func change(_ row: inout SourceRow, step: Int, among history: History) {
    let gap = history.job.gap.microseconds
    switch step {
    case 0: row.page = "/"
    case 1:
      // To the one user who has the most rows, of all who stand before this one.
      if let first = history.rows.first?.user { row.user = first }
    case 2:
      let times = history.rows.compactMap { if case .at(let time) = $0.time { time } else { nil } }
      if case .at = row.time, let first = times.min() { row.time = .at(first) }
    case 3:
      // Nearer to the grid's zero by a whole gap.
      let times = history.rows.compactMap { if case .at(let time) = $0.time { time } else { nil } }
      if case .at(let time) = row.time, let first = times.min(), time - first > 2 * gap { row.time = .at(time - gap) }
    case 4: row.sequence = nil
    default:
      let arrivals = history.rows.compactMap(\.arrival)
      if row.arrival != nil { row.arrival = arrivals.max() }
    }
  }

  private static func simplifyJob(_ history: inout History, step: Int) {
    let hasNew = history.steps.contains { $0 == .run(.new) || $0 == .killed(.new) }
    switch step {
    case 0:
      if !hasNew {
        history.job.arrival = nil
        history.steps = mapRows(history.steps) { $0.arrival = nil }
      }
    case 1: history.job.boundary = .new
    case 2:
      // All times to a day that is easy to read.
      let times = history.rows.compactMap { if case .at(let time) = $0.time { time } else { nil } }
      let shift = 1_767_225_600_000_000 - (times.min() ?? 0)
      if let last = times.max(), last < RowRules.end - shift {
        let moved = mapRows(history.steps) { if case .at(let time) = $0.time { $0.time = .at(time + shift) } }
        history.steps = moved.map { step in
          func move(_ mode: RunMode) -> RunMode {
            guard case .window(let from, let to) = mode else { return mode }
            return .window(from: from.map { $0 + shift }, to: to.map { $0 + shift })
          }
          return switch step {
          case .insert: step
          case .run(let mode): .run(move(mode))
          case .killed(let mode): .killed(move(mode))
          }
        }
      }
    case 3:
      if let arrival = history.job.arrival, arrival.overlap != 0 { history.job.arrival?.overlap = 0 }
    case 4:
      // Where a case pair or an accent is the point, this attempt does not fail and is not taken.
      let users = Set(history.rows.compactMap(\.user)).filter { !$0.isEmpty && $0.count <= 1024 }.sorted()
      let names: [ByteKey] = history.job.hasIntegerUsers ? ["1", "2", "3", "4"] : ["u", "v", "w", "x"]
      let short = Dictionary(zip(users, names), uniquingKeysWith: { first, _ in first })
      history.steps = mapRows(history.steps) { row in row.user = row.user.map { short[$0] ?? $0 } }
    case 5:
      history.job.hasSequence = false
      history.steps = mapRows(history.steps) { $0.sequence = nil }
    default:
      // Short ids in the order of the old ones, so that it settles.
      guard history.job.hasEventID else { return }
      let isText = history.job.idType == .text
      var names: [SourceID: SourceID] = [:]
      for (index, id) in Set(history.rows.compactMap { Self.orderable($0.id) }).sorted().enumerated() {
        let padded = ByteKey(Array("e".utf8) + CalendarText.padded(Int64(index + 1), 2))
        switch id {
        case .text(let key): names[.text(key)] = isText ? .text(padded) : nil
        case .integer(let value): names[.integer(value)] = isText ? nil : .integer(Int64(index + 1))
        }
      }
      history.steps = mapRows(history.steps) { $0.id = names[$0.id] ?? $0.id }
    }
  }

  private static func orderable(_ id: SourceID) -> EventID? {
    switch id {
    case .null: nil
    case .integer(let value): .integer(value)
    case .text(let key): key.isEmpty || key.count > 1024 ? nil : .text(key)
    }
  }

  private static func mapRows(_ steps: [HistoryStep], _ change: (inout SourceRow) -> Void) -> [HistoryStep] {
    steps.map { step in
      guard case .insert(var rows) = step else { return step }
      for index in rows.indices { change(&rows[index]) }
      return .insert(rows)
    }
  }
}
