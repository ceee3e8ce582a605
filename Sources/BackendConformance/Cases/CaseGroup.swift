/// Cases that share one job's tables, because nothing in them meets: a job costs an engine seconds, a user nothing.
package struct CaseGroup {
  package private(set) var cases: [ConformanceCase] = []
  private var job: HistoryJob
  private var steps: [HistoryStep] = []
  private var users: Set<ByteKey> = []
  private var ids: Set<SourceID> = []
  private var quarantine: Set<QuarantineRow> = []

  /// As few groups as come of taking the cases one after the other.
  package static func groups(of cases: [ConformanceCase]) -> [CaseGroup] {
    var groups: [CaseGroup] = []
    for next in cases {
      if let index = groups.firstIndex(where: { $0.takes(next) }) {
        groups[index].add(next)
      } else {
        groups.append(CaseGroup(next))
      }
    }
    return groups
  }

  init(_ first: ConformanceCase) {
    job = first.history.job
    add(first)
  }

  private func takes(_ next: ConformanceCase) -> Bool {
    guard job == next.history.job else { return false }
    let keys = Self.keys(next)
    return users.isDisjoint(with: keys.users) && ids.isDisjoint(with: keys.ids)
      && quarantine.isDisjoint(with: next.quarantine)
      && zip(steps, next.history.steps).allSatisfy { Self.isSameKind($0, $1) }
  }

  mutating func add(_ next: ConformanceCase) {
    cases.append(next)
    let keys = Self.keys(next)
    users.formUnion(keys.users)
    ids.formUnion(keys.ids)
    quarantine.formUnion(next.quarantine)
    for (index, step) in next.history.steps.enumerated() {
      guard index < steps.count else {
        steps.append(step)
        continue
      }
      if case .insert(let mine) = steps[index], case .insert(let theirs) = step {
        steps[index] = .insert(mine + theirs)
      }
    }
  }

  /// All of them at once, and a last run that finds nothing new.
  package var history: History { History(job: job, steps: steps + [.run(.whole)]) }

  /// What all of them must come to.
  var sessionsCSV: [UInt8] { CanonicalExport.sessions(cases.flatMap(\.sessions)) }
  var quarantineRows: [QuarantineRow] { cases.flatMap(\.quarantine).sorted() }

  private static func keys(_ item: ConformanceCase) -> (users: Set<ByteKey>, ids: Set<SourceID>) {
    let rows = item.history.rows
    return (Set(rows.compactMap(\.user)), Set(rows.map(\.id).filter { $0 != .null }))
  }

  private static func isSameKind(_ a: HistoryStep, _ b: HistoryStep) -> Bool {
    switch (a, b) {
    case (.insert, .insert): true
    case (.run(let a), .run(let b)), (.killed(let a), .killed(let b)): a == b
    default: false
    }
  }
}
