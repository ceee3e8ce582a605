extension Dialect {
  /// Statements that make things.
  public struct Tables: Sendable {
    /// `{name}`, `{columns}`; `{name_text}`, the name as a text constant; `{clustering}`, see `clustered`.
    public var createTable: String
    /// `{name}`: makes a schema, unless it is there; nil where there are none to make. Defaults to nil.
    public var createSchema: String?
    /// `{name}`, `{table}`, `{columns}`, and where they are needed `{name_text}` (without schema) and `{table_text}` as
    /// text constants, `{first_column}`, `{leading_columns}` (all but the last), `{last_column}`; nil where the engine
    /// has no indexes.
    public var createIndex: String?
    /// The same for values of any length (trap T28); nil where there is no such index.
    public var createLongIndex: String?
    /// `{table}`, `{columns}`: makes columns the primary key of a table that has rows. Needed where the profile builds
    /// keys late.
    public var createKey: String?
    /// `{name}`, `{query}`; `{name_text}`, `{query_text}`, the same as text constants.
    public var createView: String
    /// `{table}`, `{column}` (name and type): adds a column that is NULL in the rows that are there. Defaults to
    /// `ALTER TABLE {table} ADD COLUMN {column}`.
    public var addColumn: String
    /// `{name}`: takes away a view of an older layout. Defaults to `DROP VIEW {name}`.
    public var dropView: String
    /// `{a}`: a text of a table as a view shows it, where tables keep texts in another form; nil where they do not.
    public var viewText: String?
    /// `{statement_text}`, a statement that makes a table or an index, as a text constant; `{name_text}`: makes it
    /// unless it is there, where the statement itself cannot say so (trap T20); nil where it can.
    public var createUnlessThere: String?
    /// The same for indexes alone, where tables can say so themselves; also `{table_text}`, the table's name as a text
    /// constant. Defaults to `createUnlessThere`.
    public var createIndexUnlessThere: String?
    /// What stands before a name without a schema in the body of a view, where the engine looks such a name up nowhere
    /// (trap T29): a placeholder of scripts. A job without a schema of its own cannot make views there. Defaults to nil:
    /// nothing must.
    public var schemaInViews: String?
    /// What `{clustering}` is in `create_table` where rows are looked up by an order: `{columns}`, `{first_column}`. For
    /// engines that sort or distribute tables instead of having indexes; empty where there is nothing to say.
    public var clustered: String
    /// The same for a table in no order.
    public var unclustered: String
    /// `{name}`, `{type}`: a column that is never NULL, and one that may be.
    public var requiredColumn: String
    public var nullableColumn: String
    /// The whole column: `{name}` is an integer that grows with each row and is the primary key.
    public var growingColumn: String
    /// `{sequence}`: a sequence of numbers, made before such a table unless it is there, whose name `{sequence_text}` of
    /// `growing_column` is, as a text constant; nil where the column numbers by itself.
    public var growingSequence: String?
    /// `{columns}`; nil where a table cannot have one.
    public var primaryKey: String?
    /// Whether the name of an index carries the schema, as on SQLite, or the table's schema decides.
    public var indexNameHasSchema: Bool
    /// `{name}`, `{columns}`: a table of this transaction only.
    public var createScratch: String
    /// `{name}`, `{query}`: the same filled at once, its columns of the types that the query gives; nil: it is made by
    /// `create_scratch` and filled. Not for a table with a position.
    public var createScratchAs: String?
    /// Put before the name of every scratch table, inside its quotes, such as `#`.
    public var scratchPrefix: String
    /// `{name}` of a scratch table where it is read.
    public var scratchName: String
    /// The whole column: `{name}` numbers the rows in the order of their insertion.
    public var positionColumn: String
    /// `{name}`: takes a scratch table away, where it outlives its transaction; nil where it does not.
    public var dropScratch: String?
    /// `{name}`, `{table}`, `{columns}`: an index of a scratch table; nil where it has none.
    public var scratchIndex: String?
    /// `{name}`, `{columns}`: the same as a line of the table's definition, where making an index would end the
    /// transaction (trap T17); nil where it does not.
    public var scratchIndexInTable: String?
    /// `{name}`: tells the engine's planner how many rows a scratch table has; nil where that is of no use.
    public var analyzeScratch: String?

    public init(
      createTable: String, createIndex: String?, createLongIndex: String?, createKey: String?, createView: String,
      growingColumn: String, growingSequence: String? = nil, primaryKey: String?,
      indexNameHasSchema: Bool, createScratch: String, scratchName: String, positionColumn: String,
      scratchIndex: String?, analyzeScratch: String?, dropScratch: String? = nil, scratchPrefix: String = "",
      scratchIndexInTable: String? = nil, viewText: String? = nil,
      createUnlessThere: String? = nil, createIndexUnlessThere: String? = nil, schemaInViews: String? = nil,
      createScratchAs: String? = nil, clustered: String = "",
      unclustered: String = "",
      requiredColumn: String = "{name} {type} NOT NULL", nullableColumn: String = "{name} {type}",
      addColumn: String = "ALTER TABLE {table} ADD COLUMN {column}", dropView: String = "DROP VIEW {name}",
      createSchema: String? = nil
    ) {
      self.createSchema = createSchema
      self.createIndexUnlessThere = createIndexUnlessThere
      self.schemaInViews = schemaInViews
      self.createScratchAs = createScratchAs
      self.addColumn = addColumn
      self.dropView = dropView
      self.scratchPrefix = scratchPrefix
      self.scratchIndexInTable = scratchIndexInTable
      self.viewText = viewText
      self.createUnlessThere = createUnlessThere
      self.clustered = clustered
      self.unclustered = unclustered
      self.requiredColumn = requiredColumn
      self.nullableColumn = nullableColumn
      self.createTable = createTable
      self.createIndex = createIndex
      self.createLongIndex = createLongIndex
      self.createKey = createKey
      self.createView = createView
      self.growingColumn = growingColumn
      self.growingSequence = growingSequence
      self.primaryKey = primaryKey
      self.indexNameHasSchema = indexNameHasSchema
      self.createScratch = createScratch
      self.scratchName = scratchName
      self.positionColumn = positionColumn
      self.scratchIndex = scratchIndex
      self.analyzeScratch = analyzeScratch
      self.dropScratch = dropScratch
    }
  }
}
