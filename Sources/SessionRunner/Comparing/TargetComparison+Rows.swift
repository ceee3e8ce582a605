internal import SessionPlan
internal import WarehouseDriver

/// The rows themselves, where checksums differ.
extension TargetComparison {
  /// The rows of one kind and side that are in the buckets that differ.
  struct Reading: Sendable {
    var side: Side
    var kind: ComparedKind
    var planner: Planner
    var buckets: [Bool]

    func rows(isOrdered: Bool) async throws -> BatchRows {
      try await kind.rows(side.context, planner, in: buckets, isOrdered: isOrdered)
    }
  }

  /// - Parameters:
  ///   - readings: of the two sides
  ///   - most: how many rows either has at most
  func compareRows(
    of readings: [Reading], most: Int, _ found: (RowDifference) throws -> Void
  ) async throws {
    let names = (here: readings[0].side.name, there: readings[1].side.name)
    if most <= mostRowsHere {
      let kept = try await Self.concurrently(2) { try await sorted(readings[$0]) }
      if var here = kept[0], var there = kept[1] {
        return try await RowMerge.run(&here, &there, names: names, found)
      }
    }
    var here = try await readings[0].rows(isOrdered: true)
    do {
      var there = try await readings[1].rows(isOrdered: true)
      do {
        try await RowMerge.run(&here, &there, names: names, found)
      } catch {
        await there.close()
        throw error
      }
    } catch {
      await here.close()
      throw error
    }
  }

  /// The rows, sorted here: no engine sorts a whole table for some of its rows.
  ///
  /// - Returns: nil where they would take too much memory
  private func sorted(_ reading: Reading) async throws -> SortedRows? {
    var rows: [ComparedRow] = []
    var bytes = 0
    var reader = try await reading.rows(isOrdered: false)
    do {
      while let row = try await reader.next() {
        bytes += row.bytes
        guard bytes <= mostBytesHere else {
          await reader.close()
          return nil
        }
        rows.append(row)
      }
    } catch {
      await reader.close()
      throw error
    }
    return SortedRows(rows)
  }
}

/// Rows that are all in memory.
struct SortedRows: RowReader {
  /// Those that are still to come, the last first.
  private var rows: [ComparedRow]

  init(_ rows: [ComparedRow]) { self.rows = rows.sorted(by: >) }

  mutating func next() -> ComparedRow? { rows.popLast() }
}

extension ComparedRow {
  /// About how many bytes of memory it takes.
  fileprivate var bytes: Int {
    values.reduce(MemoryLayout<[ComparedValue]>.stride + 32) { sum, value in
      let fixed = sum + MemoryLayout<ComparedValue>.stride
      // The header of an array is 32 bytes.
      if case .text(let bytes) = value { return fixed + 32 + bytes.count }
      return fixed
    }
  }
}
