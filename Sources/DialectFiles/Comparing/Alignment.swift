/// Two sequences side by side: what both have stands in one row, in the order of both.
package enum Alignment {
  /// - Returns: positions in both; nil where the row is the other's alone
  package static func of<Element: Hashable>(_ here: [Element], _ there: [Element]) -> [(here: Int?, there: Int?)] {
    let difference = there.difference(from: here)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var rows: [(Int?, Int?)] = []
    var (left, right) = (0, 0)
    while left < here.count || right < there.count {
      if removed.contains(left) {
        rows.append((left, nil))
        left += 1
      } else if inserted.contains(right) {
        rows.append((nil, right))
        right += 1
      } else {
        rows.append((left, right))
        left += 1
        right += 1
      }
    }
    return rows
  }

  /// The first sequence with its counterparts beside it, in whatever order those are; what the second has besides stands
  /// after what it stands after there. The n-th of equal elements belongs to the n-th.
  package static func matched<Element: Hashable>(_ here: [Element], _ there: [Element]) -> [(here: Int?, there: Int?)] {
    var places: [Element: [Int]] = [:]
    for (index, element) in there.enumerated().reversed() { places[element, default: []].append(index) }
    var rows: [(here: Int?, there: Int?)] = here.enumerated().map { ($0.offset, places[$0.element]?.popLast()) }
    let found = Set(rows.compactMap(\.there))
    for index in there.indices where !found.contains(index) {
      let before = rows.firstIndex { $0.there == index - 1 }
      rows.insert((nil, index), at: before.map { $0 + 1 } ?? 0)
    }
    return rows
  }

  /// The same as `of`, where rows of one side alone that follow each other are put into common rows.
  package static func paired<Element: Hashable>(_ here: [Element], _ there: [Element]) -> [(here: Int?, there: Int?)] {
    var rows: [(here: Int?, there: Int?)] = []
    var waiting: (here: [Int], there: [Int]) = ([], [])
    func flush() {
      for index in 0..<max(waiting.here.count, waiting.there.count) {
        rows.append(
          (
            index < waiting.here.count ? waiting.here[index] : nil,
            index < waiting.there.count ? waiting.there[index] : nil
          ))
      }
      waiting = ([], [])
    }
    for row in of(here, there) {
      switch row {
      case (let left?, nil): waiting.here.append(left)
      case (nil, let right?): waiting.there.append(right)
      default:
        flush()
        rows.append(row)
      }
    }
    flush()
    return rows
  }
}
