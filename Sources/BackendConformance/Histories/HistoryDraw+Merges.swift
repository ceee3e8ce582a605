internal import SessionPlan

/// Histories in which sessions merge again and again.
extension HistoryDraw {
  /// Sessions one and a half gaps apart, and then the pageviews between them, which unite two at first, four then, and
  /// eight: survivors have followers, and are merged away with them.
  mutating func mergingHistory() -> History {
    let gap = random.pick(HistoryPalette.gaps.filter { $0 >= 10 })
    job.gap = Gap(microseconds: gap) ?? .standard
    let user = random.pick(job.hasIntegerUsers ? HistoryPalette.integerUsers : HistoryPalette.users)
    let era = random.pick(hasNarrowTimes ? HistoryPalette.narrowEras : HistoryPalette.eras)
    let count = random.draw(4...9)
    let distance = gap + gap / 2
    // Its place among the merges: 0 is before all of them.
    var rows: [(level: Int, row: SourceRow)] = []
    func add(_ level: Int, _ offset: Int64, _ page: ByteKey?) {
      rows.append((level, SourceRow(id: .null, user: user, time: .at(clamped(era, offset)), page: page)))
    }
    for index in 0..<count {
      let start = Int64(index) * distance
      add(0, start, drawPage())
      if random.chance(25) { add(0, start + random.pick([0, 1]), drawPage()) }
      if index > 0 { add(index.trailingZeroBitCount + 1, start - distance / 2 + random.pick([-1, 0, 1]), drawPage()) }
    }
    var all = rows.map(\.row)
    assignIDs(&all)
    if job.hasSequence { for index in all.indices { all[index].sequence = random.pick(HistoryPalette.sequences) } }
    var steps: [HistoryStep] = []
    var clock = Arrivals(isTime: job.arrival?.kind == .time)
    for level in 0...(rows.map(\.level).max() ?? 0) {
      var batch = zip(rows, all).filter { $0.0.level == level }.map(\.1)
      random.shuffle(&batch)
      for index in batch.indices { stamp(&batch[index], &clock) }
      // At times in two runs, or one by one.
      let size = random.pick([batch.count, batch.count, (batch.count + 1) / 2, 1])
      for start in stride(from: 0, to: batch.count, by: max(1, size)) {
        steps.append(.insert(Array(batch[start..<min(start + max(1, size), batch.count)])))
        steps += random.chance(75) ? [.run(.whole)] : drawRuns(all)
      }
    }
    if random.chance(70) { steps.append(.run(.whole)) }
    return History(seed: seed, job: job, steps: steps)
  }
}
