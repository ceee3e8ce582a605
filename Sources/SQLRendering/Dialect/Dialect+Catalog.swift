public import SessionPlan

extension Dialect {
  /// Questions to the engine's own catalog, of which the placeholders are `{name}` and `{namespace}` (text constants).
  public struct Catalog: Sendable {
    /// Gives the tables and views of that name in a schema, or in a database where the engine has no schemas: its name,
    /// and a word with TABLE or VIEW in it. nil asks the driver's own catalog functions; with it, the two that follow are
    /// asked as well.
    public var tables: String?
    /// The same for the columns, in their order: name, type as `types` names it, 1 where it may be NULL and else 0.
    public var columns: String?
    /// The same for the columns of the primary key, in their order.
    public var key: String?
    /// The same for the columns by which an index over all of its rows begins, for `doctor`; nil where that is not known.
    public var indexes: String?
    /// What a column of a type is, by the engine's name of the type in lower case without lengths, where a driver's
    /// number of the type alone does not say it: `timestamptz: zonedTimestamp`.
    public var types: [String: ValueType]

    public init(
      tables: String? = nil, columns: String? = nil, key: String? = nil, indexes: String? = nil,
      types: [String: ValueType] = [:]
    ) {
      self.tables = tables
      self.columns = columns
      self.key = key
      self.indexes = indexes
      self.types = types
    }
  }

  /// What ADBC drivers of the engine want.
  public struct ADBC: Sendable {
    /// Names of drivers, the best first: of a manifest, or of a library without `lib` and its ending.
    public var drivers: [String]
    /// Where such a driver's library begins; nil goes by its name, as the driver manager of ADBC does.
    public var entryPoint: String?
    /// How rows are inserted in bulk.
    public var append: Append
    /// `name=value`: set before a database is opened.
    public var databaseOptions: [String]
    /// The database option that what stands in a target after its scheme is the value of.
    public var locationOption: String
    /// Whether that is the path of a file, which is made only where it may be.
    public var isFile: Bool
    /// `name=value`: set before a database is opened that is only read.
    public var readingOptions: [String]
    /// Whether times are sent as text, in the form that `create` gives a column of them.
    public var timesAsText: Bool
    /// Whether a statement that finds another connection's lock is carried out again until the lock timeout, because the
    /// engine does not wait. It must have undone all of the statement.
    public var retriesLocked: Bool
    /// `name=value`: set for a statement that gives rows and does not begin with SELECT or WITH.
    public var otherQueryOptions: [String]
    /// Whether parameters are numbered, `$1`, and not `?`.
    public var numbersParameters: Bool

    public enum Append: String, Sendable, CaseIterable {
      /// The driver's own bulk insert.
      case ingest
      /// The same where it takes all columns of a table in their order, and no fewer.
      case ingestWhole
      /// INSERT … VALUES with a parameter for each column, of whole batches.
      case bind
    }

    public init(
      drivers: [String] = [], entryPoint: String? = nil, append: Append = .ingest,
      databaseOptions: [String] = [], locationOption: String = "uri", isFile: Bool = false,
      readingOptions: [String] = [], timesAsText: Bool = false, retriesLocked: Bool = false,
      otherQueryOptions: [String] = [], numbersParameters: Bool = false
    ) {
      self.drivers = drivers
      self.entryPoint = entryPoint
      self.append = append
      self.databaseOptions = databaseOptions
      self.locationOption = locationOption
      self.isFile = isFile
      self.readingOptions = readingOptions
      self.timesAsText = timesAsText
      self.retriesLocked = retriesLocked
      self.otherQueryOptions = otherQueryOptions
      self.numbersParameters = numbersParameters
    }
  }
}
