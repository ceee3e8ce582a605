/// Rows in ascending order of their ids, one after the other.
protocol RowReader {
  mutating func next() async throws -> ComparedRow?
}

/// One difference between two sets of rows.
public enum RowDifference: Hashable, Sendable {
  case onlyHere(ComparedRow)
  case onlyThere(ComparedRow)
  /// Rows of one id whose values differ.
  case changed(here: ComparedRow, there: ComparedRow)
}

/// Two ordered streams side by side, in the memory of one id's rows.
enum RowMerge {
  /// - Parameter names: of both, for errors
  static func run(
    _ here: inout some RowReader, _ there: inout some RowReader, names: (here: String, there: String),
    _ found: (RowDifference) throws -> Void
  ) async throws {
    var left = Groups(name: names.here, next: try await here.next())
    var right = Groups(name: names.there, next: try await there.next())
    while let id = [left.next?.id, right.next?.id].compactMap(\.self).min() {
      let mine = try await left.take(id, &here)
      let theirs = try await right.take(id, &there)
      for difference in differences(mine, theirs, isPaired: id != .null) { try found(difference) }
    }
  }

  /// What differs among rows of one id. Copies count: two here and one there is one only here.
  ///
  /// - Parameter isPaired: whether a row that is left on each side is one row that was changed
  static func differences(_ here: [ComparedRow], _ there: [ComparedRow], isPaired: Bool) -> [RowDifference] {
    if here == there { return [] }
    let (here, there) = (here.sorted(), there.sorted())
    var (mine, theirs): ([ComparedRow], [ComparedRow]) = ([], [])
    var (i, j) = (0, 0)
    while i < here.count || j < there.count {
      if i < here.count, j < there.count, here[i] == there[j] {
        i += 1
        j += 1
      } else if j == there.count || (i < here.count && here[i] < there[j]) {
        mine.append(here[i])
        i += 1
      } else {
        theirs.append(there[j])
        j += 1
      }
    }
    let pairs = isPaired ? min(mine.count, theirs.count) : 0
    return zip(mine, theirs).prefix(pairs).map { .changed(here: $0, there: $1) }
      + mine.dropFirst(pairs).map { .onlyHere($0) } + theirs.dropFirst(pairs).map { .onlyThere($0) }
  }

  /// A stream as the rows of one id after the other.
  private struct Groups {
    let name: String
    var next: ComparedRow?

    mutating func take(_ id: ComparedValue, _ reader: inout some RowReader) async throws -> [ComparedRow] {
      var rows: [ComparedRow] = []
      while let row = next, row.id == id {
        rows.append(row)
        next = try await reader.next()
        if let after = next, after.id < id {
          throw RunnerError(
            "\(name) does not give its rows in the order of their ids",
            remedy: "check the order of texts that its dialect declares: sessionizer dialect check")
        }
      }
      return rows
    }
  }
}
