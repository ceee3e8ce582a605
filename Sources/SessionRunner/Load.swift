public import PageviewFiles
internal import SessionPlan
public import WarehouseDriver

/// How files are loaded.
public struct LoadRequest: Sendable {
  /// How the file is read. Its event id type is set by the job, and so are the attributes' names; where the options have
  /// an attribute of that name, they say which field of the file it is.
  public var options: LoadOptions
  /// How many faulty lines a file may have. nil: a tenth of its first thousand lines, if it has as many.
  public var maxBad: FaultLimit?
  /// Opens `DuckDBSource.target`, for files that DuckDB reads and for queries; nil where there is no such backend.
  public var duckDB: (@Sendable () async throws -> any Connection)?

  public init(
    options: LoadOptions, maxBad: FaultLimit? = nil, duckDB: (@Sendable () async throws -> any Connection)? = nil
  ) {
    self.options = options
    self.maxBad = maxBad
    self.duckDB = duckDB
  }
}

/// How many faulty lines a file may have.
public enum FaultLimit: Hashable, Sendable {
  case count(Int)
  /// In percent of the lines that were read, judged from the thousandth line on and at the end.
  case percent(Double)
}

/// How far a file is loaded.
public struct LoadProgress: Sendable {
  public var file: String
  public var rows: Int
  /// Bytes of the file that were read, before they are unpacked.
  public var bytes: Int
}

/// What came of a file.
public struct LoadReport: Sendable {
  public var file: String
  public var summary: LoadSummary
  /// Rows that were put into the source table; nil where the database does not say how many of the file's were new.
  public var loaded: Int?
  /// Rows that were there already; nil likewise.
  public var known: Int?
  /// Whether the source table was empty before.
  public var isFirst = false
}

extension JobContext {
  /// Loads files into the tool's own source table, each in one transaction: what a file brings is there whole or not
  /// at all. Loading a file twice adds nothing. Faulty lines go to quarantine with their file and line.
  ///
  /// - Throws: `FileFault` for a file that cannot be read; `RunnerError` for too many faulty lines, or where no line
  ///   fits the table's type of event ids. Files before it stay loaded.
  public func load(
    files: [String], _ request: LoadRequest, progress: (@Sendable (LoadProgress) -> Void)? = nil
  ) async throws -> [LoadReport] {
    let sources = files.map { LoadSource.file($0) }
    return try await WorkPhase.$current.withValue(.load) { try await carryOut(sources, request, progress) }
  }

  /// Loads what a query in DuckDB's SQL gives, in one transaction; all else is as with a file.
  public func load(
    select query: String, _ request: LoadRequest, progress: (@Sendable (LoadProgress) -> Void)? = nil
  ) async throws -> [LoadReport] {
    let source = LoadSource.duckDB(try DuckDBSource(select: query))
    return try await WorkPhase.$current.withValue(.load) { try await carryOut([source], request, progress) }
  }

  private func carryOut(
    _ sources: [LoadSource], _ request: LoadRequest, _ progress: (@Sendable (LoadProgress) -> Void)?
  ) async throws -> [LoadReport] {
    guard job.source.table == nil else {
      throw RunnerError(
        "load fills the tool's own table, and this job reads \(job.source.table?.description ?? "another")",
        remedy: "leave out source.table, or load by the database's own means")
    }
    let bound = try await boundToSource()
    guard try await connection.describe(job.names[.sessionQuarantine]) != nil else {
      throw RunnerError("there is no table \(job.names[.sessionQuarantine])", remedy: createFirst)
    }
    var options = request.options
    options.eventIDType = bound.eventIDType
    options.attributes = job.attributes.map { attribute in
      request.options.attributes.first { $0.name == attribute.name } ?? attribute
    }
    var reports: [LoadReport] = []
    for source in sources {
      reports.append(
        try await connection.transaction(.write) {
          try await FileLoad(
            context: self, planner: try planner(bound), options: options, maxBad: request.maxBad,
            duckDB: request.duckDB
          ).load(source, progress)
        })
    }
    return reports
  }
}

/// Loads one file, inside a transaction.
private struct FileLoad {
  let context: JobContext
  let planner: Planner
  let options: LoadOptions
  let maxBad: FaultLimit?
  let duckDB: (@Sendable () async throws -> any Connection)?

  private var connection: any Connection { context.connection }

  func load(_ source: LoadSource, _ progress: (@Sendable (LoadProgress) -> Void)?) async throws -> LoadReport {
    let reader = try await reader(source)
    let report: LoadReport
    do {
      report = try await load(source.name, reader, progress)
    } catch {
      await reader.close()
      throw error
    }
    await reader.close()
    return report
  }

  private func reader(_ source: LoadSource) async throws -> any PageviewReading {
    switch source {
    case .duckDB(let query): return try await reader(query)
    case .file(let path):
      if let query = try DuckDBSource(file: path, options: options) { return try await reader(query) }
      return try PageviewFileReader(path: path, options: options)
    }
  }

  private func reader(_ source: DuckDBSource) async throws -> any PageviewReading {
    guard let duckDB else { throw source.absence(nil) }
    let connection: any Connection
    do {
      connection = try await duckDB()
    } catch let error as DriverError where error.code != .cancelled {
      throw source.absence(error.message)
    }
    return try await DuckDBReader(source, on: connection, options: options)
  }

  private func load(
    _ file: String, _ reader: any PageviewReading, _ progress: (@Sendable (LoadProgress) -> Void)?
  ) async throws -> LoadReport {
    // Into an empty table rows go directly; else they are compared with what is there.
    let isFresh = try await connection.rows(planner.sourceProbe(), path: "load/is the source empty").isEmpty
    let target = isFresh ? context.job.names[.pageviews] : connection.scratchTable(Planner.loadedStep)
    if !isFresh { try await connection.execute(planner.loadedScratch(), path: "load/scratch") }
    let columns = planner.loadedColumns.map { BatchColumn($0.name, BatchColumnType($0.type)) }
    var append = try await connection.beginAppend(to: target, columns: columns)
    var faults = FaultQueue(context: context, planner: planner, file: file)
    do {
      while let batch = try await reader.next() {
        if batch.rows.rowCount > 0 { try await append.write(batch.rows.selecting(columns)) }
        faults.lines += batch.faults
        if let broken = Self.brokenLimit(reader.summary, maxBad, isAtEnd: false) {
          throw tooManyFaults(file, reader.summary, broken)
        }
        if faults.lines.count > FaultQueue.longest {
          // Only one bulk insert at a time: the rows' is ended, and begun anew.
          _ = try await append.finish()
          try await faults.flush()
          append = try await connection.beginAppend(to: target, columns: columns)
        }
        progress?(LoadProgress(file: file, rows: reader.summary.rows, bytes: Int(reader.summary.bytes)))
      }
    } catch {
      await append.cancel()
      throw error
    }
    _ = try await append.finish()
    let summary = reader.summary
    if summary.nothingFits {
      let why = summary.whyNothingFits
      throw RunnerError("\(file): \(why.message)", remedy: why.remedy)
    }
    if let broken = Self.brokenLimit(summary, maxBad, isAtEnd: true) { throw tooManyFaults(file, summary, broken) }
    // What was written without an error is there, whether or not the engine counts.
    let written = summary.rows
    let loaded = isFresh ? written : try await connection.execute(planner.insertLoaded(), path: "load/insert")
    try await faults.finish()
    return LoadReport(
      file: file, summary: summary, loaded: loaded, known: loaded.map { written - $0 }, isFirst: isFresh)
  }

  /// The limit that the faults so far are over, in words.
  private static func brokenLimit(_ summary: LoadSummary, _ limit: FaultLimit?, isAtEnd: Bool) -> String? {
    let records = summary.rows + summary.faultCount + summary.filtered
    switch limit {
    case .count(let count): return summary.faultCount > count ? "\(count) lines" : nil
    case .percent(let percent):
      guard isAtEnd || records >= LoadSummary.firstLimit else { return nil }
      return Double(summary.faultCount) > Double(records) * percent / 100 ? "\(percent) % of the lines" : nil
    case nil:
      guard summary.firstRecords >= LoadSummary.firstLimit, summary.firstFaulty * 10 > summary.firstRecords else {
        return nil
      }
      return "10 % of the first \(LoadSummary.firstLimit) lines"
    }
  }

  private func tooManyFaults(_ file: String, _ summary: LoadSummary, _ limit: String) -> RunnerError {
    let reasons = summary.faults.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
    let example = summary.firstFault.map { ", first line \($0.line)" } ?? ""
    return RunnerError(
      "\(file): more than \(limit) are faulty (\(reasons)\(example)); nothing of it is loaded",
      remedy: "mend the file, say how it is written, or raise --max-bad (a count, or a share such as 20%)")
  }
}

/// Faulty lines on their way to quarantine, through a scratch table, so that any number of them takes little memory.
private struct FaultQueue {
  /// How many lines are kept before they are written.
  static let longest = 20_000

  let context: JobContext
  let planner: Planner
  let file: String
  var lines: [LineFault] = []
  private var hasScratch = false

  init(context: JobContext, planner: Planner, file: String) {
    self.context = context
    self.planner = planner
    self.file = file
  }

  mutating func flush() async throws {
    if lines.isEmpty { return }
    let connection = context.connection
    if !hasScratch { try await connection.execute(planner.faultsScratch(), path: "load/scratch") }
    hasScratch = true
    let columns = planner.faultColumns.map { BatchColumn($0.name, BatchColumnType($0.type)) }
    var batch = RecordBatch(schema: columns)
    for fault in lines {
      // Of a line that could not be read at all, its text stands where the page would.
      let page = fault.hasNoFields ? fault.text : fault.page
      let texts = [fault.reason.rawValue, fault.eventID, fault.userID, fault.pageViewAt, page, file]
      for (index, text) in texts.enumerated() {
        if let text { batch.columns[index].append(text) } else { batch.columns[index].appendNull() }
      }
      batch.columns[texts.count].append(Int64(fault.line))
    }
    lines.removeAll(keepingCapacity: true)
    let append = try await connection.beginAppend(to: connection.scratchTable(Planner.faultsStep), columns: columns)
    do { try await append.write(batch) } catch {
      await append.cancel()
      throw error
    }
    _ = try await append.finish()
  }

  /// Writes the rest, and puts into quarantine what is not there yet.
  mutating func finish() async throws {
    try await flush()
    if hasScratch { try await context.connection.execute(planner.insertFaults(), path: "load/quarantine") }
  }
}

extension RecordBatch {
  /// The columns of that names, in that order.
  fileprivate func selecting(_ wanted: [BatchColumn]) -> RecordBatch {
    if wanted.map(\.name) == schema.map(\.name) { return self }
    return RecordBatch(
      schema: wanted,
      columns: wanted.map { column in
        if let index = index(of: column.name) { return columns[index] }
        var nulls = ColumnVector(type: column.type)
        for _ in 0..<rowCount { nulls.appendNull() }
        return nulls
      })
  }
}

/// What is loaded as a whole.
private enum LoadSource {
  case file(String)
  case duckDB(DuckDBSource)

  /// As reports and the quarantine call it.
  var name: String {
    switch self {
    case .file(let path): path
    case .duckDB(let source): source.name
    }
  }
}

/// Where the pageviews of a load come from.
private protocol PageviewReading {
  var summary: LoadSummary { get }
  func next() async throws -> LoadedBatch?
  func close() async
}

extension PageviewFileReader: PageviewReading {
  fileprivate func close() {}
}

extension DuckDBReader: PageviewReading {}
