import ADBCBackend
import Foundation
import PageviewFiles
import PrivateServer
import SessionPlan
import SessionRunner
import TestFixtures
import TestNeeds
import Testing
import WarehouseDriver

/// What `load` has DuckDB read: Parquet files and queries, into any target, by the laws of every other file.
@Suite(.fewAtOnce, .needs(ADBCLibrary.duckdb.absence)) struct DuckDBLoadTests {
  /// A folder that goes when nobody has it any more.
  private final class Folder: Sendable {
    let path: String

    init() throws {
      path = FileManager.default.temporaryDirectory.appending(path: "duckdb-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private static func open() async throws -> any WarehouseDriver.Connection {
    let driver = try ADBCLibrary.duckdb.found.get()
    return try await ADBCBackend().connect(
      to: Target(url: DuckDBSource.target + "&driver=" + driver), options: ConnectionOptions(mayCreate: true))
  }

  /// Has DuckDB itself write something.
  private static func duckdb(_ statements: String...) async throws {
    let connection = try await open()
    for sql in statements { _ = try await connection.execute(sql) }
    await connection.close()
  }

  private static func request(_ change: (inout LoadOptions) -> Void = { _ in }) -> LoadRequest {
    var options = LoadOptions()
    change(&options)
    return LoadRequest(options: options, duckDB: open)
  }

  private static let targets = [Engine.sqlite, .postgresC, .duckdb].filter { $0.absence == nil }

  /// What is in the source after a load, its faulty lines, and what load says.
  private struct Loaded {
    var report: LoadReport
    var rows: [[String?]]
    var faults: [[String?]]
  }

  private static func loaded(
    _ engine: Engine, _ job: SessionJob = SessionJob(), columns: String = "",
    _ body: (JobContext) async throws -> [LoadReport]
  ) async throws -> Loaded {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await place.context(job)
    try await context.create()
    do {
      let reports = try await body(context)
      let rows = try await context.connection.rows(
        "SELECT event_id, user_id, page_view_at, page\(columns) FROM pageviews ORDER BY event_id",
        types: [.text, .text, .timestamp, .text] + columns.split(separator: ",").map { _ in .text })
      let faults = try await context.connection.rows(
        "SELECT reason, line, user_id, page_view_at FROM session_quarantine ORDER BY line",
        types: [.text, .text, .text, .text])
      await context.connection.close()
      return Loaded(report: try #require(reports.first), rows: rows, faults: faults)
    } catch {
      await context.connection.close()
      throw error
    }
  }

  private static func select(
    _ sql: String, _ engine: Engine = .sqlite, _ job: SessionJob = SessionJob(), columns: String = "",
    _ change: @escaping (inout LoadOptions) -> Void = { _ in }
  ) async throws -> Loaded {
    try await loaded(engine, job, columns: columns) { try await $0.load(select: sql, request(change)) }
  }

  // MARK: Files

  /// The same pageviews as a CSV file and as Parquet of DuckDB's own types: the same rows, the same faults, the same
  /// sessions, on every target.
  @Test(arguments: targets, [true, false])
  func parquetLoadsAsItsCSVDoes(engine: Engine, hasIDs: Bool) async throws {
    let folder = try Folder()
    let (csv, parquet) = (folder.path + "/views.csv", folder.path + "/views.parquet")
    var text = (hasIDs ? "event_id," : "") + "user_id,page_view_at,page,campaign\n"
    for number in 0..<12_000 {
      let user = number % 97 == 0 ? "" : number % 7 == 0 ? "zoë \(number % 50)" : "u\(number % 300)"
      let page = number % 11 == 0 ? "" : number % 13 == 0 ? "\"\"" : "\"/p,\(number % 40)\""
      let time = "2026-03-\(10 + number % 19) 10:\(10 + number % 50):00.\(100_000 + number % 7)"
      let campaign = number % 3 == 0 ? "" : "c\(number % 5)"
      text += (hasIDs ? "e\(number)," : "") + "\(user),\(time),\(page),\(campaign)\n"
    }
    try Data(text.utf8).write(to: URL(fileURLWithPath: csv))
    // An unquoted empty field is NULL, a quoted one the empty text.
    try await Self.duckdb(
      """
      COPY (SELECT * REPLACE (CAST(page_view_at AS TIMESTAMP) AS page_view_at)
            FROM read_csv('\(csv)', all_varchar = true, header = true, allow_quoted_nulls = false))
      TO '\(parquet)' (FORMAT parquet, ROW_GROUP_SIZE 3000)
      """)
    var job = SessionJob()
    job.attributes = [Attribute(name: "campaign", column: "campaign")]
    var found: [Loaded] = []
    var exports: [[[BatchValue?]]] = []
    for file in [csv, parquet] {
      let place = try await Place.make(on: engine)
      defer { place.remove() }
      let context = try await place.context(job)
      try await context.create()
      let reports = try await context.load(files: [file], Self.request())
      let again = try await context.load(files: [file], Self.request())
      #expect(again[0].loaded == 0 && again[0].known == reports[0].loaded)
      _ = try await context.run()
      exports.append(try await context.exports())
      let rows = try await context.connection.rows(
        "SELECT event_id, user_id, page_view_at, page, campaign FROM pageviews ORDER BY event_id",
        types: [.text, .text, .timestamp, .text, .text])
      found.append(Loaded(report: reports[0], rows: rows, faults: []))
      await context.connection.close()
    }
    #expect(found[0].report.loaded == 12_000 - 124 && found[0].report.summary.faults == [.nullUser: 124])
    #expect(found[1].report.loaded == found[0].report.loaded)
    #expect(found[1].report.summary.faults == found[0].report.summary.faults)
    #expect(found[1].report.summary.derivesEventIDs == !hasIDs)
    #expect(found[0].rows == found[1].rows)
    #expect(found[0].rows.contains { $0[3] == "" } && found[0].rows.contains { $0[3] == nil })
    #expect(exports[0] == exports[1])
  }

  /// A file that another program has written, and its sessions.
  @Test(.needs(SharedFolder.casesAbsence)) func aParquetFileOfAnotherProgram() async throws {
    let folder = SharedFolder.url.appending(path: "cases/packed").path
    let parquet = try await Self.loaded(.sqlite) {
      try await $0.load(files: [folder + "/views.parquet"], Self.request())
    }
    let csv = try await Self.loaded(.sqlite) { try await $0.load(files: [folder + "/views.csv"], Self.request()) }
    #expect(parquet.rows == csv.rows && parquet.rows.count > 5)
  }

  private static let arrow: String? = {
    let python = ProcessInfo.processInfo.environment["SESSIONIZER_PYTHON"] ?? "python3"
    let found = try? Command.run(["/usr/bin/env", python, "-c", "import pyarrow"])
    return found == nil ? nil : python
  }()

  @Test(.needs(arrow == nil ? "there is no pyarrow" : nil)) func parquetOfArrow() async throws {
    let folder = try Folder()
    let script = """
      import pyarrow as pa, pyarrow.parquet as pq, datetime as d
      t = pa.table({"user_id": pa.array(["a", "b", None]).dictionary_encode(),
        "page_view_at": pa.array([d.datetime(2026, 3, 1, 10, 0, 0, 123456, d.timezone.utc)] * 3, pa.timestamp("ns", "Europe/Madrid")),
        "page": pa.array(["/", None, "/"], pa.large_string())})
      pq.write_table(t, "\(folder.path)/a.parquet")
      """
    _ = try Command.run(["/usr/bin/env", try #require(Self.arrow), "-c", script])
    let found = try await Self.loaded(.sqlite) {
      try await $0.load(
        files: [folder.path + "/a.parquet"], Self.request { $0.zone = FileZone(identifier: "Asia/Tokyo") })
    }
    #expect(
      found.rows.map { $0[1...] } == [
        ["a", "2026-03-01 10:00:00.123456", "/"], ["b", "2026-03-01 10:00:00.123456", nil],
      ])
    #expect(found.faults.map { $0[0] } == ["null_user"])
  }

  /// A name is a name: no pattern, no end of a text, no folder that is a column.
  @Test func anyNameOfAFile() async throws {
    let folder = try Folder()
    let odd = folder.path + "/user_id=x/it's [1]*?.parquet"
    try FileManager.default.createDirectory(atPath: folder.path + "/user_id=x", withIntermediateDirectories: true)
    for (path, user) in [(odd, "right"), (folder.path + "/user_id=x/it's 1y.parquet", "wrong")] {
      try await Self.duckdb(
        "COPY (SELECT '\(user)' AS user_id, TIMESTAMP '2026-03-01' AS page_view_at, '/' AS page) "
          + "TO '\(path.replacing("'", with: "''"))' (FORMAT parquet)")
    }
    let found = try await Self.loaded(.sqlite) { try await $0.load(files: [odd], Self.request()) }
    #expect(found.rows.map { $0[1] } == ["right"])
    #expect(found.report.summary.format == .duckDB)
  }

  /// A file that ends too early: one line, and nothing of it is there.
  @Test(arguments: targets) func aBrokenFileLeavesNothing(engine: Engine) async throws {
    let folder = try Folder()
    let path = folder.path + "/views.parquet"
    // Many row groups, without compression: the last pages are broken, and the first are right.
    try await Self.duckdb(
      """
      COPY (SELECT 'e' || range AS event_id, 'u' AS user_id, TIMESTAMP '2026-03-01' AS page_view_at,
                   repeat('x', 100) || range AS page FROM range(100000))
      TO '\(path)' (FORMAT parquet, ROW_GROUP_SIZE 5000, COMPRESSION zstd)
      """)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var broken = whole
    for index in whole.count * 3 / 4..<whole.count * 3 / 4 + 4000 { broken[index] = 0xFF }
    for bytes in [Data(whole.prefix(whole.count / 2)), broken] {
      try bytes.write(to: URL(fileURLWithPath: path))
      let place = try await Place.make(on: engine)
      defer { place.remove() }
      let context = try await place.context()
      try await context.create()
      let fault = await #expect(throws: FileFault.self) {
        _ = try await context.load(files: [path], Self.request())
      }
      #expect(fault?.description.hasPrefix("\(path): DuckDB cannot read it: ") == true, "\(fault as Any)")
      #expect(fault?.description.contains("\n") == false)
      #expect(try await context.connection.textRows("SELECT count(*) FROM pageviews") == [["0"]])
      await context.connection.close()
    }
  }

  @Test func whatDuckDBDoesNotReadAsAFile() async throws {
    let folder = try Folder()
    let csv = folder.path + "/a.csv"
    try Data("user_id,page_view_at\n".utf8).write(to: URL(fileURLWithPath: csv))
    let fault = await #expect(throws: FileFault.self) {
      _ = try await Self.loaded(.sqlite) { try await $0.load(files: [csv], Self.request { $0.format = .duckDB }) }
    }
    #expect(fault?.message == "this is not a Parquet, Arrow, ORC or Avro file on the disk")
  }

  // MARK: Types

  /// Keys of many types, digit by digit.
  @Test(arguments: [
    ("CAST('170141183460469231731687303715884105727' AS HUGEINT)", "170141183460469231731687303715884105727"),
    ("CAST('18446744073709551615' AS UBIGINT)", "18446744073709551615"), ("-7::TINYINT", "-7"),
    ("1.50::DECIMAL(10, 2)", "1.50"), ("CAST('0012' AS VARCHAR)", "0012"), ("true", "true"),
    ("CAST('6f1b4a0e-0000-4000-8000-0123456789ab' AS UUID)", "6f1b4a0e-0000-4000-8000-0123456789ab"),
    ("CAST('b' AS ENUM('a', 'b'))", "b"), ("{'a': {'b c': 12345678901234567}}", "12345678901234567"),
  ]) func aKeyKeepsItsDigits(sql: String, text: String) async throws {
    let found = try await Self.select("SELECT \(sql) AS k, TIMESTAMP '2026-03-01' AS page_view_at, '/' AS page") {
      $0.columns.userID = sql.hasPrefix("{") ? "k.a.b c" : "k"
    }
    #expect(found.rows.map { $0[1] } == [text])
  }

  private static let columns = "'u' AS user_id, '/' AS page"

  /// A time of a type without a zone is local, one with a zone exact; nothing is rounded.
  @Test(arguments: [
    ("TIMESTAMP '2026-07-01 10:00:00.123456'", "2026-07-01 08:00:00.123456"),
    ("TIMESTAMP '2026-01-01 10:00:00'", "2026-01-01 09:00:00.000000"),
    ("TIMESTAMPTZ '2026-07-01 10:00:00.5+05:30'", "2026-07-01 04:30:00.500000"),
    ("TIMESTAMP_NS '2026-07-01 10:00:00.123456999'", "2026-07-01 08:00:00.123456"),
    ("TIMESTAMP_S '1969-12-31 23:59:59'", "1969-12-31 22:59:59.000000"),
    ("TIMESTAMP_MS '2026-07-01 10:00:00.7'", "2026-07-01 08:00:00.700000"),
    ("DATE '2026-07-01'", "2026-06-30 22:00:00.000000"),
    ("'2026-07-01T10:00:00Z'", "2026-07-01 10:00:00.000000"),
    ("'01/Jul/2026:10:00:00 +0000'", "2026-07-01 10:00:00.000000"),
  ]) func aTimeIsWhatItsTypeSays(sql: String, time: String) async throws {
    let found = try await Self.select("SELECT \(sql) AS page_view_at, \(Self.columns)") {
      $0.zone = FileZone(identifier: "Europe/Madrid")
    }
    #expect(found.rows.map { $0[2] } == [time])
  }

  @Test func timesInOtherForms() async throws {
    let typed = try await Self.select("SELECT TIMESTAMP '2026-07-01 10:00:00' AS page_view_at, \(Self.columns)") {
      $0.timeFormat = .epochSeconds
    }
    #expect(typed.rows.map { $0[2] } == ["2026-07-01 10:00:00.000000"])
    let number = try await Self.select("SELECT 1772359200123 AS page_view_at, \(Self.columns)") {
      $0.timeFormat = .epochMilliseconds
    }
    #expect(number.rows.map { $0[2] } == ["2026-03-01 10:00:00.123000"])
    let parts = try await Self.select(
      "SELECT DATE '2026-03-01' AS d, TIME '10:00:00.5' AS t, \(Self.columns)"
    ) { $0.columns.pageViewAt = "d+t" }
    #expect(parts.rows.map { $0[2] } == ["2026-03-01 10:00:00.500000"])
    let pattern = try await Self.select("SELECT '01/03/2026 10:00' AS page_view_at, \(Self.columns)") {
      $0.timeFormat = .pattern(try! TimePattern(text: "%d/%m/%Y %H:%M"))
    }
    #expect(pattern.rows.map { $0[2] } == ["2026-03-01 10:00:00.000000"])
  }

  /// What is no time of ours is a faulty row, with its number and its text.
  @Test func timesThatAreNone() async throws {
    let found = try await Self.select(
      """
      SELECT 'e' || n AS event_id, 'u' AS user_id, t AS page_view_at, '/' AS page FROM (VALUES
        (1, TIMESTAMP 'infinity'), (2, TIMESTAMP '-infinity'), (3, NULL), (4, TIMESTAMP '0044-03-15 (BC) 10:00:00'),
        (5, TIMESTAMP '12000-01-01'), (6, TIMESTAMP '2026-03-29 02:30:00'), (7, TIMESTAMP '2026-03-01')) AS v(n, t)
      ORDER BY n
      """
    ) { $0.zone = FileZone(identifier: "Europe/Madrid") }
    #expect(found.rows.map { $0[0] } == ["e7"])
    #expect(
      found.faults.map { $0[0] } == [
        "time_out_of_range", "time_out_of_range", "null_time", "time_out_of_range",
        "time_out_of_range", "bad_time",
      ])
    #expect(found.faults.map { $0[1] } == ["1", "2", "3", "4", "5", "6"])
    #expect(found.faults[5][3] == "2026-03-29 02:30:00")
    let zoned = try await Self.select(
      "SELECT 'e' || n AS event_id, t AS page_view_at, \(Self.columns) FROM (VALUES (1, TIMESTAMPTZ 'infinity'), "
        + "(2, TIMESTAMPTZ '-infinity'), (3, NULL), (4, TIMESTAMPTZ '2026-03-01 00:00:00+00')) AS v(n, t)")
    #expect(zoned.faults.map { $0[0] } == ["time_out_of_range", "time_out_of_range", "null_time"])
  }

  /// NUL, and a key that is too long, are faults; texts are not taken for others.
  @Test func textsThatAreNone() async throws {
    let found = try await Self.select(
      """
      SELECT 'e' || n AS event_id, u AS user_id, TIMESTAMP '2026-03-01' AS page_view_at, '/' AS page
      FROM (VALUES (1, 'a' || chr(0)), (2, repeat('x', 1025)), (3, ''), (4, 'NULL'), (5, '\\N'), (6, repeat('y', 1100000)))
        AS v(n, u) ORDER BY n
      """
    ) { $0.nullTexts = ["\\N"] }
    #expect(found.faults.map { $0[0] } == ["nul_byte", "key_too_long", "null_user", "null_user", "line_too_long"])
    #expect(found.rows.map { $0[1] } == ["NULL"])
    #expect(found.report.summary.notices.contains { $0.contains("the user is \"NULL\" on 1 line") })
  }

  @Test func attributesFiltersAndOrder() async throws {
    var job = SessionJob()
    job.attributes = [Attribute(name: "campaign", column: "campaign")]
    let found = try await Self.select(
      """
      SELECT 'e' || n AS "EVENT_ID", 'u' AS user_id, TIMESTAMP '2026-03-01' AS page_view_at, '/' || n AS page,
             {'name': CASE WHEN n % 2 = 0 THEN 'even' END} AS c, n FROM range(5, 0, -1) AS r(n)
      """, .sqlite, job, columns: ", campaign, sequence"
    ) {
      $0.attributes = [Attribute(name: "campaign", column: "c.name")]
      $0.only = try! RowFilter(text: "n <> 3 and n between 1 and 4")
      $0.sequence = true
    }
    #expect(found.rows.map { $0[0] } == ["e1", "e2", "e4"])
    #expect(found.rows.map { $0[4] } == [nil, "even", "even"])
    // In the order of the query.
    #expect(found.rows.map { $0[5] } == ["3", "2", "1"])
    #expect(found.report.summary.leftOut == [.only: 2])
    #expect(found.report.summary.notices.contains { $0.contains("its column \"EVENT_ID\" is taken for \"event_id\"") })
  }

  // MARK: Refusals

  @Test(arguments: [
    ("SELECT 1.5::DOUBLE AS user_id, now() AS page_view_at", "\"user_id\" for the user id is of type DOUBLE"),
    ("SELECT 'a'::BLOB AS user_id, now() AS page_view_at", "is of type BLOB"),
    ("SELECT [1] AS user_id, now() AS page_view_at", "is of type INTEGER[]"),
    ("SELECT {'a': 1} AS user_id, now() AS page_view_at", "is of type STRUCT(a INTEGER)"),
    ("SELECT '{}'::JSON AS user_id, now() AS page_view_at", "is of type JSON"),
    ("SELECT 'u' AS user_id, INTERVAL 1 DAY AS page_view_at", "\"page_view_at\" for the time is of type INTERVAL"),
    (
      "SELECT 'u' AS visitor, now() AS page_view_at", "it has no column \"user_id\" for the user id; it has \"visitor\""
    ),
    ("SELECT 'u' AS user_id, 'v' AS user_id, now() AS page_view_at", "it has the column \"user_id\" twice"),
    ("SELECT 'u' AS user_id, now() AS page_view_at; DROP TABLE x", "this is more than one statement"),
    ("SELECT 'u' AS user_id) UNION (SELECT 1", "a quote, a comment or a bracket"),
    ("SELECT 'u", "a quote, a comment or a bracket"), ("INSERT INTO x VALUES (1)", "this is not a query"),
    ("COPY (SELECT 1) TO '/tmp/x'", "this is not a query"), ("", "this is not a query"),
    ("SELECT * FROM read_csv('/nowhere/x.csv')", "DuckDB cannot read it: "),
    ("SELECT * FROM nothing", "DuckDB cannot read it: "), ("SELECT FROM WHERE", "DuckDB cannot read it: "),
    (
      "SELECT 'u' AS user_id, CAST(CASE WHEN range = 90000 THEN 'x' ELSE '2026-03-01' END AS TIMESTAMP) AS page_view_at "
        + "FROM range(100000)", "DuckDB cannot read it: "
    ),
  ]) func aQueryIsRefused(sql: String, words: String) async throws {
    let fault = await #expect(throws: FileFault.self) { _ = try await Self.select(sql) }
    #expect(fault?.description.contains(words) == true, "\(fault as Any)")
    #expect(fault?.description.hasPrefix("--select: ") == true && fault?.description.contains("\n") == false)
  }

  @Test func numbersAreNoTimes() async throws {
    let error = await #expect(throws: RunnerError.self) {
      _ = try await Self.select("SELECT 1772359200 AS page_view_at, \(Self.columns)")
    }
    #expect(error?.description.contains("line 1 is bad_time, its value \"1772359200\"") == true, "\(error as Any)")
    #expect(error?.description.contains("(it may be epoch_s)") == true)
  }

  @Test func aQueryMayEndInASemicolonOrAComment() async throws {
    for end in [";", " ; ", " -- the end", "\n/* so */"] {
      let found = try await Self.select("SELECT TIMESTAMP '2026-03-01' AS page_view_at, \(Self.columns)" + end)
      #expect(found.rows.count == 1)
    }
  }

  /// Without a library of DuckDB's, one line says how to get it.
  @Test func withoutALibrary() async throws {
    let folder = try Folder()
    let path = folder.path + "/views.parquet"
    try await Self.duckdb("COPY (SELECT 'u' AS user_id, now() AS page_view_at) TO '\(path)' (FORMAT parquet)")
    let absent: @Sendable () async throws -> any WarehouseDriver.Connection = {
      try await ADBCBackend(variables: ["HOME": folder.path]).connect(
        to: Target(url: DuckDBSource.target + "&driver=\(folder.path)/libduckdb.so"), options: ConnectionOptions())
    }
    for opening in [absent, nil] {
      let fault = await #expect(throws: FileFault.self) {
        _ = try await Self.loaded(.sqlite) {
          try await $0.load(files: [path], LoadRequest(options: LoadOptions(), duckDB: opening))
        }
      }
      let text = fault?.description ?? ""
      #expect(
        text.hasPrefix("\(path): this is a Parquet file, which load has DuckDB read, and its library is not there"))
      #expect(
        text.contains("ADBC_DRIVER_PATH (docs/duckdb.md)") && text.contains("have DuckDB hand it over: duckdb -c "))
      #expect(!text.contains("\n"))
    }
  }
}

extension WarehouseDriver.Connection {
  /// Rows of texts; times in the canonical form.
  fileprivate func rows(_ sql: String, types: [BatchColumnType]) async throws -> [[String?]] {
    let cursor = try await open(sql, types: types)
    var rows: [[String?]] = []
    while let batch = try await cursor.next() {
      for row in 0..<batch.rowCount {
        rows.append(
          batch.row(row).map { value in
            switch value {
            case nil: nil
            case .text(let text)?: text
            case .int64(let number)?: String(number)
            case .double(let number)?: String(number)
            case .timestamp(let time)?: Timestamp(microseconds: time).description
            }
          })
      }
    }
    return rows
  }
}
