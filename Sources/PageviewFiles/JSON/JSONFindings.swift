/// What was found of the wanted values in one object.
struct JSONFindings {
  private(set) var values: [FieldValue?]
  /// Of each slot in this object: the rank of what was found, also where it is null.
  private var ranks: [Int?]
  /// Whether a slot's key was there in any object.
  private(set) var wasSeen: [Bool]
  let arena: TextArena

  init(slots: Int, arena: TextArena) {
    values = Array(repeating: nil, count: slots)
    ranks = Array(repeating: nil, count: slots)
    wasSeen = Array(repeating: false, count: slots)
    self.arena = arena
  }

  mutating func reset() {
    for index in values.indices {
      values[index] = nil
      ranks[index] = nil
    }
    arena.reset()
  }

  func isThere(_ slot: Int) -> Bool { ranks[slot] != nil }

  mutating func clear(_ slot: Int) { values[slot] = nil }

  /// False where a value of that rank was there before: the key is there twice.
  mutating func put(_ value: FieldValue?, _ targets: [JSONNode.Target]) -> Bool {
    for target in targets {
      wasSeen[target.slot] = true
      guard let rank = ranks[target.slot] else {
        values[target.slot] = value
        ranks[target.slot] = target.rank
        continue
      }
      if rank == target.rank { return false }
      let isBetter = target.rank < rank ? !(value?.bytes.isEmpty ?? true) : values[target.slot]?.bytes.isEmpty ?? true
      if isBetter {
        values[target.slot] = value
        ranks[target.slot] = target.rank
      }
    }
    return true
  }
}
