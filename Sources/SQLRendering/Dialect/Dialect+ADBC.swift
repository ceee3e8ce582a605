extension Dialect {
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
    /// Whether the driver stops a statement that is being carried out; else a cancelled call waits for its end.
    public var cancels: Bool
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
    /// Whether an INSERT gives a row with the number of rows that it has inserted, which the driver does not report.
    public var countsInRows: Bool

    public enum Append: String, Sendable, CaseIterable {
      /// The driver's own bulk insert.
      case ingest
      /// The same where it takes all columns of a table in their order, and no fewer.
      case ingestWhole
      /// INSERT … VALUES with a parameter for each column, of whole batches.
      case bind
      /// INSERT … VALUES with the values as constants, a few thousand rows at a time, where the driver takes no others.
      case values
    }

    public init(
      drivers: [String] = [], entryPoint: String? = nil, append: Append = .ingest,
      databaseOptions: [String] = [], locationOption: String = "uri", isFile: Bool = false, cancels: Bool = true,
      readingOptions: [String] = [], timesAsText: Bool = false, retriesLocked: Bool = false,
      otherQueryOptions: [String] = [], numbersParameters: Bool = false,
      countsInRows: Bool = false
    ) {
      self.drivers = drivers
      self.entryPoint = entryPoint
      self.append = append
      self.databaseOptions = databaseOptions
      self.locationOption = locationOption
      self.isFile = isFile
      self.cancels = cancels
      self.readingOptions = readingOptions
      self.timesAsText = timesAsText
      self.retriesLocked = retriesLocked
      self.otherQueryOptions = otherQueryOptions
      self.numbersParameters = numbersParameters
      self.countsInRows = countsInRows
    }
  }
}
