/// What `compare` found: each kind of rows of the first target against those of each other one.
public struct ComparisonReport: Hashable, Sendable {
  /// Sessions, assignments or source rows of two targets.
  public struct Rows: Hashable, Sendable {
    /// `sessions`, `assignments` or `source`.
    public var kind: String
    /// The name of the target that is compared with the first.
    public var other: String
    public var columns: [String]
    public var rowsHere: Int
    public var rowsThere: Int
    /// Of all rows; equal rows give equal digits on any engine.
    public var checksumHere: String
    public var checksumThere: String
    public var onlyHere = 0
    public var onlyThere = 0
    /// Rows of one id that differ in some column.
    public var changed = 0
    /// Of the changed rows, how many differ in each column.
    public var changedColumns: [Int]
    /// Some of the differences, the first by id.
    public var samples: [RowDifference] = []

    /// Rows whose id is in both.
    public var inCommon: Int { rowsHere - onlyHere }
    public var isEqual: Bool { onlyHere == 0 && onlyThere == 0 && changed == 0 }

    mutating func add(_ difference: RowDifference, keeping limit: Int) {
      switch difference {
      case .onlyHere: onlyHere += 1
      case .onlyThere: onlyThere += 1
      case .changed(let here, let there):
        changed += 1
        for column in columns.indices where here.values[column] != there.values[column] { changedColumns[column] += 1 }
      }
      if samples.count < limit { samples.append(difference) }
    }
  }

  /// One of the totals of two targets.
  public struct Total: Hashable, Sendable {
    public var other: String
    public var metric: String
    public var here: String?
    public var there: String?

    public var isEqual: Bool { here == there }
  }

  /// The name of the target that the others are compared with.
  public var first: String
  public var rows: [Rows] = []
  public var totals: [Total] = []

  public var isEqual: Bool { rows.allSatisfy(\.isEqual) && totals.allSatisfy(\.isEqual) }
}
