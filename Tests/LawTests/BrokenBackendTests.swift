import BackendConformance
import SQLRendering
import SQLiteBackend
import SessionPlan
import Testing
import WarehouseDriver

/// A backend that does something wrong: it sends other statements than the plan's.
struct BrokenBackend: Backend {
  var dialect = SQLiteDialect.dialect
  var faults = InterposedConnection.Faults()

  var schemes: [String] { ["sqlite"] }

  func connect(to target: Target, options: ConnectionOptions) async throws -> any WarehouseDriver.Connection {
    InterposedConnection(
      try await SQLiteBackend(dialect: dialect).connect(to: target, options: options), faults: faults)
  }
}

/// What is broken, and the check that must say so.
struct Broken: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var backend: BrokenBackend
  var caughtBy: [String]

  private static func dialect(_ name: String, _ change: (inout Dialect) -> Void, caughtBy: [String]) -> Broken {
    var dialect = SQLiteDialect.dialect
    change(&dialect)
    return Broken(testDescription: name, backend: BrokenBackend(dialect: dialect), caughtBy: caughtBy)
  }

  private static func rewriting(
    _ name: String, _ dialect: Dialect = SQLiteDialect.dialect, caughtBy: [String],
    _ rewrite: @escaping @Sendable (Statement, String) -> String
  ) -> Broken {
    var faults = InterposedConnection.Faults()
    faults.rewrite = rewrite
    return Broken(
      testDescription: name, backend: BrokenBackend(dialect: dialect, faults: faults), caughtBy: caughtBy)
  }

  static let all: [Broken] = [
    dialect(
      "minutes instead of microseconds",
      { $0.templates[.gapExceeds] = "{current} / 60000000 {op} ({previous} + {microseconds}) / 60000000" },
      caughtBy: ["boundary/nine-rows-same", "boundary/before-1970-new", "boundary/before-1970-same"]),
    rewriting("case-insensitive keys", caughtBy: ["keys/seven-users", "boundary/nine-rows"]) { _, text in
      text.replacing("b.user_id <> r.user_id", with: "b.user_id <> r.user_id COLLATE NOCASE")
        .replacing("ORDER BY user_id", with: "ORDER BY user_id COLLATE NOCASE")
    },
    // As an engine would have it whose default is the whole partition, where the frame is left out.
    rewriting("RANGE frame", windows, caughtBy: ["boundary/nine-rows", "late/bridge"]) { _, text in
      text.replacing(
        "ROWS UNBOUNDED PRECEDING",
        with: "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING")
    },
    rewriting("a lost late event", caughtBy: ["late/bridge", "late/year-old", "late/extended-backwards"]) { _, text in
      // Rows that are older than the newest that is known are passed over.
      text.replacing(
        "WHERE (t.run_id IS NULL",
        with: """
          WHERE coalesce(judged.page_view_at >= (SELECT max(v.page_view_at) FROM LEDGER AS v \
          WHERE v.user_id = judged.user_id), 1) AND (t.run_id IS NULL
          """.replacing("LEDGER", with: ledger(text)))
    },
    Broken(
      testDescription: "an UPDATE", backend: BrokenBackend(faults: updating), caughtBy: ["audit/run", "late/bridge"]),
  ]

  private static var windows: Dialect {
    var dialect = SQLiteDialect.dialect
    dialect.islands = .windows
    return dialect
  }

  private static func ledger(_ text: String) -> String {
    guard let end = text.range(of: "_session_table ") else { return "session_table" }
    let start = text[..<end.lowerBound].lastIndex(of: " ") ?? text.startIndex
    return String(text[text.index(after: start)..<end.lowerBound]) + "_session_table"
  }

  private static var updating: InterposedConnection.Faults {
    var faults = InterposedConnection.Faults()
    faults.isUnguarded = true
    faults.following = { table in
      guard table.last.hasSuffix("session_table") else { return nil }
      return
        #"UPDATE "\#(table.last)" SET "page" = '/changed' WHERE "run_id" < (SELECT max("run_id") FROM "\#(table.last)")"#
    }
    return faults
  }
}

/// The kit names what is broken.
@Suite(.fewAtOnce) struct BrokenBackendTests {
  @Test(arguments: Broken.all) func isNamed(broken: Broken) async throws {
    var kit = try ConformanceKit(
      backend: broken.backend, dialect: broken.backend.dialect, target: Target(url: "sqlite::memory:"))
    kit.options.sections = [.cases, .audit]
    let report = try await kit.run()
    let failed = Set(report.faults.map(\.id))
    #expect(failed.isSuperset(of: broken.caughtBy), "\(failed.sorted())")
    // A statement that does not compile would be no mistake but nonsense.
    let isNonsense = report.faults.contains { fault in
      ["syntax error", "no such", "refused"].contains { fault.detail?.contains($0) ?? false }
    }
    #expect(!isNonsense, "\(report)")
    #expect(report.results.contains { $0.outcome == .passed }, "what is not concerned passes")
  }
}
