/// Which columns tell the rows of a scope apart, as it follows from declared keys.
///
/// A key is a set of columns in which no two rows agree; the empty one says that there is at most one row. Keys that
/// contain another are left out.
struct ScopeKeys {
  private(set) var keys: Set<Set<ColumnReference>> = []
  /// Columns that have one value in all rows.
  private(set) var constants: [ColumnReference: Expression] = [:]

  /// More than a plan has use for: the checker forgets the longer ones.
  private static let most = 16

  init(_ keys: some Sequence<Set<ColumnReference>> = [], constants: [ColumnReference: Expression] = [:]) {
    self.constants = constants
    let varying = Set(keys.map { $0.filter { constants[$0] == nil } })
    let shortest = varying.filter { key in !varying.contains { $0.isStrictSubset(of: key) } }
    self.keys = shortest.count <= Self.most ? shortest : Set(shortest.sorted { $0.count < $1.count }.prefix(Self.most))
  }

  /// Whether rows that agree in these columns are one.
  func areTold(apartBy columns: Set<ColumnReference>) -> Bool { keys.contains { $0.isSubset(of: columns) } }

  /// The keys in words, for an error.
  var description: String {
    let all = keys.map { key in "(" + key.map { "\($0.relation).\($0.name)" }.sorted().joined(separator: ", ") + ")" }
    return all.isEmpty ? "nothing" : all.sorted().joined(separator: " or ")
  }

  /// The same, with keys that are declared.
  func adding(_ declared: some Sequence<Set<ColumnReference>>) -> ScopeKeys {
    ScopeKeys(Array(keys) + declared, constants: constants)
  }

  /// Of the rows that a condition holds for: a column that equals something that is no column of theirs is constant.
  func filtered(by predicate: Expression, aliases: Set<String>) -> ScopeKeys {
    var constants = constants
    for (column, value) in predicate.equalities where aliases.contains(column.relation) {
      guard value.readsNothing(of: aliases) else { continue }
      constants[column] = value
    }
    return ScopeKeys(keys, constants: constants)
  }

  /// Under other names: a key stays where all its columns do.
  func projected(_ columns: [NamedExpression], as alias: String) -> ScopeKeys {
    var names: [ColumnReference: [ColumnReference]] = [:]
    var constants: [ColumnReference: Expression] = [:]
    for column in columns {
      let new = ColumnReference(alias, column.name)
      if let old = column.expression.plainColumn {
        names[old, default: []].append(new)
        constants[new] = self.constants[old]
      } else if case .literal = column.expression {
        constants[new] = column.expression
      }
    }
    let renamed = keys.flatMap { key in
      key.reduce([[]] as [Set<ColumnReference>]) { found, column in
        found.flatMap { part in (names[column] ?? []).map { part.union([$0]) } }
      }
    }
    return ScopeKeys(renamed, constants: constants)
  }

  /// Of the rows of two sides that belong together.
  ///
  /// - Parameters:
  ///   - aliases: those of the left side and of the right side
  ///   - isOuter: whether rows of the left without a match stay
  func joined(
    _ right: ScopeKeys, on predicate: Expression, aliases: (left: Set<String>, right: Set<String>), isOuter: Bool
  ) -> ScopeKeys {
    /// Columns of one side that are fixed by what stands on the other.
    func fixed(_ own: Set<String>) -> Set<ColumnReference> {
      Set(
        predicate.equalities.filter { own.contains($0.column.relation) && $0.value.readsNothing(of: own) }.map(\.column)
      )
    }
    var found: [Set<ColumnReference>] = keys.flatMap { key in right.keys.map { key.union($0) } }
    if right.areTold(apartBy: fixed(aliases.right)) { found += keys }
    // Where rows of the left stay without a match, several have the same nothing on the right.
    if !isOuter, areTold(apartBy: fixed(aliases.left)) { found += right.keys }
    let constants = isOuter ? constants : constants.merging(right.constants) { mine, _ in mine }
    return ScopeKeys(found, constants: constants)
  }

  /// Of the rows of several relations with the same columns: a key of each of them, with a column in which each has a
  /// constant of its own.
  static func united(_ parts: [(keys: ScopeKeys, columns: [ColumnReference])], as alias: String) -> ScopeKeys {
    guard let first = parts.first else { return ScopeKeys() }
    /// A part's keys by the places of their columns.
    func places(_ part: (keys: ScopeKeys, columns: [ColumnReference])) -> Set<Set<Int>> {
      Set(part.keys.keys.map { key in Set(part.columns.indices.filter { key.contains(part.columns[$0]) }) })
    }
    let tags = first.columns.indices.filter { place in
      let values = parts.compactMap { part -> Expression? in
        guard let value = part.keys.constants[part.columns[place]], case .literal = value else { return nil }
        return value
      }
      return values.count == parts.count && Set(values).count == parts.count
    }
    // A key of all parts is one that contains a key of each.
    let common = parts.map(places).reduce([[]] as Set<Set<Int>>) { all, own in
      Set(all.flatMap { key in own.map { key.union($0) } })
    }
    return ScopeKeys(
      common.flatMap { key in
        tags.map { tag in Set(key.union([tag]).map { ColumnReference(alias, first.columns[$0].name) }) }
      })
  }
}

extension Expression {
  /// The column that this is, NULL or not; nil where it is computed.
  var plainColumn: ColumnReference? {
    switch self {
    case .column(let column): column
    case .present(let value): value.plainColumn
    default: nil
    }
  }

  /// What holds wherever this condition does: a column equals a value.
  var equalities: [(column: ColumnReference, value: Expression)] {
    switch self {
    case .and(let list): list.flatMap(\.equalities)
    case .compare(.equal, let a, let b, _):
      [(a.plainColumn, b), (b.plainColumn, a)].compactMap { column, value in column.map { ($0, value) } }
    default: []
    }
  }

  /// Whether it is the same for all rows of some relations.
  fileprivate func readsNothing(of aliases: Set<String>) -> Bool {
    var reads = false
    visitColumns { column, _ in reads = reads || aliases.contains(column.relation) }
    return !reads
  }
}

extension WindowColumn {
  /// Row numbers tell the rows of a partition apart, where the partition is by columns.
  func keyOfNumbers(_ alias: String) -> Set<ColumnReference>? {
    guard case .rowNumber = function else { return nil }
    let parted = partition.map(\.expression.plainColumn)
    let names = parted.compactMap { column in column.map { ColumnReference(alias, $0.name) } }
    return names.count == parted.count ? Set(names + [ColumnReference(alias, name)]) : nil
  }
}
