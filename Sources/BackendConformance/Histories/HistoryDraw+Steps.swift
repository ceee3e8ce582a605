/// When rows appear, and which runs there are.
extension HistoryDraw {
  /// The order of arrival: any, by time, backwards (sessions are extended at the front again and again), the even ones
  /// before the odd ones (merges), or the ends of the timeline before its middle.
  ///
  /// - Returns: how many rows the first batch has; nil is any number.
  mutating func arrange(_ rows: inout [SourceRow]) -> Int? {
    let byTime = Self.byTime(rows)
    switch random.below(7) {
    case 0: rows = byTime.map(\.element)
    case 1: rows = byTime.reversed().map(\.element)
    case 2:
      let ordered = byTime.map(\.element)
      let even = ordered.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
      rows = even + ordered.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    case 3:
      let ordered = byTime.map(\.element)
      let third = ordered.count / 3
      rows = Array(ordered.prefix(third) + ordered.suffix(third))
      rows += ordered.dropFirst(third).dropLast(third)
    default: random.shuffle(&rows)
    }
    return nil
  }

  /// All but a few rows first; the few, the earliest often among them, later.
  mutating func holdBack(_ rows: inout [SourceRow]) -> Int {
    var early: [SourceRow] = []
    var late: [SourceRow] = []
    for (index, row) in Self.byTime(rows).enumerated() {
      if random.chance(index == 0 ? 70 : 22) { late.append(row.element) } else { early.append(row.element) }
    }
    rows = early + late
    return early.count
  }

  private static func byTime(_ rows: [SourceRow]) -> [EnumeratedSequence<[SourceRow]>.Element] {
    func time(_ row: SourceRow) -> Int64 { if case .at(let time) = row.time { time } else { 0 } }
    return rows.enumerated().sorted { (time($0.element), $0.offset) < (time($1.element), $1.offset) }
  }

  mutating func drawSteps(_ rows: [SourceRow], firstBatch: Int?) -> [HistoryStep] {
    var steps: [HistoryStep] = []
    var clock = Arrivals(isTime: job.arrival?.kind == .time)
    let batches = firstBatch == nil ? random.draw(1...min(7, max(1, rows.count))) : random.draw(2...3)
    var rest = rows[...]
    for index in 0..<batches {
      // Mostly many rows first and few later: context is what the later ones are tested against.
      let isLast = index == batches - 1
      var share = isLast ? rest.count : random.draw(0...max(1, rest.count * (index == 0 ? 3 : 2) / 4))
      if index == 0, let firstBatch { share = firstBatch }
      var batch = Array(rest.prefix(share))
      rest = rest.dropFirst(share)
      for position in batch.indices { stamp(&batch[position], &clock) }
      if !batch.isEmpty || random.chance(30) { steps.append(.insert(batch)) }
      if isLast || random.chance(85) { steps += drawRuns(rows) }
    }
    if random.chance(70) { steps.append(.run(.whole)) }
    return steps
  }

  mutating func drawRuns(_ rows: [SourceRow]) -> [HistoryStep] {
    let mode = drawMode(rows)
    if distribution.hasKilledRuns, random.chance(10) { return [.killed(mode)] }
    var steps: [HistoryStep] = [.run(mode)]
    if random.chance(15) { steps.append(.run(mode)) }
    if case .window(let from, let to) = mode, random.chance(40) {
      // The adjacent windows: all that follows, all that comes before.
      if let to { steps.append(.run(.window(from: to, to: nil))) }
      if let from, random.chance(40) { steps.append(.run(.window(from: nil, to: from))) }
    }
    return steps
  }

  private mutating func drawMode(_ rows: [SourceRow]) -> RunMode {
    if job.arrival != nil, random.chance(55) { return .new }
    guard random.chance(45) else { return .whole }
    let times = rows.compactMap { row in
      if case .at(let time) = row.time, time >= RowRules.earliest, time < RowRules.end { time } else { nil }
    }.sorted()
    guard !times.isEmpty else { return .whole }
    let a = random.pick(times)
    let b = random.pick(times)
    switch random.below(6) {
    case 0: return .window(from: a, to: nil)
    case 1: return .window(from: nil, to: a)
    // Empty: no pageview is that late, or the window ends where it begins.
    case 2: return .window(from: a, to: min(a + Int64(random.below(2)), RowRules.end))
    case 3: return .window(from: times[0], to: min(times[times.count - 1] + 1, RowRules.end))
    default: return .window(from: min(a, b), to: max(a, b))
    }
  }

  /// The arrival column: mostly growing; NULL at times; late commits within the overlap and below it.
  mutating func stamp(_ row: inout SourceRow, _ clock: inout Arrivals) {
    guard let arrival = job.arrival else { return }
    let unit: Int64 = arrival.kind == .id ? 1 : 1_000_000
    clock.now += unit * Int64(random.draw(0...2))
    switch random.below(20) {
    case 0: row.arrival = nil
    case 1, 2, 3: row.arrival = clock.now - min(arrival.overlap, unit * Int64(random.draw(0...5)))
    case 4, 5:
      row.arrival = clock.now - arrival.overlap - unit * Int64(random.draw(1...4))
      // Rows of one content cannot be told apart. That one of them is below the mark must not be open to doubt.
      if !job.hasEventID {
        clock.lateRows += 1
        row.page = ByteKey("/late/\(clock.lateRows)")
      }
    default: row.arrival = clock.now
    }
  }
}

/// The source's own clock or sequence.
struct Arrivals {
  var now: Int64
  var lateRows = 0

  init(isTime: Bool) {
    // As microseconds: 2020-02-02, in the past of every server.
    now = isTime ? 1_580_600_000_000_000 : 100
  }
}
