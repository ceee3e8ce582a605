/// What a plan can do. There is no UPDATE, DELETE, MERGE, TRUNCATE or DROP: what cannot be said cannot be run.
public enum Statement: Hashable, Sendable {
  case createTable(TableDefinition)
  /// Makes the schema of a table, unless it is there.
  case createSchema(of: ObjectName)
  case createIndex(IndexDefinition)
  /// Makes columns the primary key of a table that was made without one, because a key is cheaper to build from rows
  /// that are there (`PlanProfile.buildsKeysLate`).
  case createKey(table: ObjectName, columns: [String])
  case createView(name: ObjectName, query: Query)
  /// Adds a column, NULL in every row that is there, to a table of an older layout: only `upgrade` does.
  case addColumn(SchemaColumn, to: ObjectName, isKey: Bool)
  /// Makes a view in the place of one of an older layout. Views hold no rows: only `upgrade` does.
  case replaceView(name: ObjectName, query: Query)
  /// Gives a role a right that a run or a load needs. Rights are never taken away.
  case grant(Grant)
  /// Has the engine itself refuse to change or remove rows of a table, to everybody.
  case guardTable(ObjectName)
  /// A table of this transaction only, filled at once.
  case createScratch(ScratchDefinition)
  case insert(Insert)
  case query(Query)
}

public struct TableDefinition: Hashable, Sendable {
  public struct Column: Hashable, Sendable {
    public enum Role: Hashable, Sendable {
      case plain
      /// Grows with each row by itself, where the engine can (`PlanProfile.hasArrivalColumn`).
      case growing
    }
    public var column: SchemaColumn
    public var role: Role
    /// A key or part of an index: text is limited to 1,024 bytes.
    public var isKey: Bool

    public init(_ column: SchemaColumn, role: Role = .plain, isKey: Bool = false) {
      self.column = column
      self.role = role
      self.isKey = isKey
    }
  }

  public var name: ObjectName
  public var columns: [Column]
  /// The primary key; empty for none. Not every engine enforces it (trap T16).
  public var primaryKey: [String]
  /// The columns, never NULL, by which rows are looked up, for engines that sort or distribute tables instead of having
  /// indexes; empty for none.
  public var clustering: [String]

  public init(name: ObjectName, columns: [Column], primaryKey: [String] = [], clustering: [String] = []) {
    self.name = name
    self.columns = columns
    self.primaryKey = primaryKey
    self.clustering = clustering
  }
}

public struct IndexDefinition: Hashable, Sendable {
  public var name: String
  public var table: ObjectName
  public var columns: [String]
  /// Whether the values may be longer than a key of 1,024 bytes: what is not judged yet, and what was rejected. Some
  /// engines refuse such values in an ordinary index (trap T28).
  public var hasLongValues: Bool

  public init(name: String, table: ObjectName, columns: [String], hasLongValues: Bool = false) {
    self.name = name
    self.table = table
    self.columns = columns
    self.hasLongValues = hasLongValues
  }
}

/// A right for a role.
public enum Grant: Hashable, Sendable {
  public enum Privilege: String, Hashable, Sendable {
    case select = "SELECT"
    case insert = "INSERT"
  }

  /// On a table or view.
  case table(ObjectName, [Privilege], to: String)
  /// To find objects in the schema of a table at all.
  case schema(of: ObjectName, to: String)
  /// To make scratch tables.
  case scratchTables(to: String)
}

/// A step whose rows are fixed once: a scratch table, or a named subquery where the engine has none.
public struct ScratchDefinition: Hashable, Sendable {
  public var name: String
  public var query: Query
  /// If set, the rows get a column of this name that counts them from 1 in the given order, and can be looked up by it.
  public var position: Position?
  /// Columns by which other steps look rows up; empty for none.
  public var lookup: [String]
  /// Whether only one statement reads it.
  public var isReadOnce: Bool
  /// Columns that hold keys of the ledger, where they are texts: of at most 1,024 bytes.
  public var keyColumns: Set<String>
  /// Whether it is made without rows, which a bulk insert brings later; the query only says its columns.
  public var isFilledLater: Bool

  public struct Position: Hashable, Sendable {
    public var column: String
    public var order: [OrderTerm]
    /// See `WindowColumn.tiesAreEqual`.
    public var tiesAreEqual: Bool

    public init(column: String, order: [OrderTerm], tiesAreEqual: Bool = false) {
      self.column = column
      self.order = order
      self.tiesAreEqual = tiesAreEqual
    }
  }

  public init(
    name: String, query: Query, position: Position? = nil, lookup: [String] = [],
    isReadOnce: Bool = false, keyColumns: Set<String> = [], isFilledLater: Bool = false
  ) {
    self.isFilledLater = isFilledLater
    self.keyColumns = keyColumns
    self.name = name
    self.query = query
    self.position = position
    self.lookup = lookup
    self.isReadOnce = isReadOnce
  }
}

public struct Insert: Hashable, Sendable {
  public var table: ObjectName
  public var columns: [SchemaColumn]
  public var query: Query

  public init(into table: ObjectName, columns: [SchemaColumn], query: Query) {
    self.table = table
    self.columns = columns
    self.query = query
  }

  /// Rows of a ledger, a value for each column. Those that are NULL are not named: what is not named is NULL there.
  ///
  /// - Parameter namingAll: whether they are named all the same
  init(
    into table: ObjectName, _ columns: [SchemaColumn], of rows: Relation, _ values: [NamedExpression],
    namingAll: Bool, _ query: (Relation) -> Query = { Query($0) }
  ) {
    let named = zip(columns, values).filter { namingAll || !$1.expression.isNullConstant }
    self.init(into: table, columns: named.map(\.0), query: query(rows.project(named.map(\.1), as: "v")))
  }
}

/// A relation with the named subqueries that it uses.
public struct Query: Hashable, Sendable {
  /// In the order of their use: each may use those before it.
  public var with: [NamedSubquery]
  public var relation: Relation
  public var order: [OrderTerm]
  public var limit: Int?
  /// See `WindowColumn.tiesAreEqual`.
  public var tiesAreEqual: Bool

  public init(
    _ relation: Relation, with: [NamedSubquery] = [], order: [OrderTerm] = [], limit: Int? = nil,
    tiesAreEqual: Bool = false
  ) {
    self.tiesAreEqual = tiesAreEqual
    self.with = with
    self.relation = relation
    self.order = order
    self.limit = limit
  }

  /// The types of the result, one a column; nil where it reads scratch tables, whose columns it does not know by itself.
  ///
  /// - Throws: `PlanError` (`malformed`) of a query that does not pass the `PlanChecker`.
  public func columnTypes() throws -> [ValueType]? {
    var readsSteps = false
    for rows in [relation] + with.map(\.relation) {
      rows.visitTables { table in
        if case .step = table.kind { readsSteps = true }
      }
    }
    return readsSteps ? nil : try PlanChecker().columns(of: self).map(\.type)
  }
}

/// A named subquery (common table expression).
public struct NamedSubquery: Hashable, Sendable {
  public var name: String
  public var relation: Relation
  /// What it is for, one sentence; nil where nobody needs to be told.
  public var purpose: String?

  public init(name: String, relation: Relation, purpose: String? = nil) {
    self.purpose = purpose
    self.name = name
    self.relation = relation
  }
}
