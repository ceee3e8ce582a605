internal import SQLRendering
internal import SessionPlan
internal import SessionRunner
internal import WarehouseDriver

/// Names of any length and with any character, and values that look like SQL.
struct NameChecks {
  let work: KitWork

  /// After the kit's own part of a name: what has a meaning somewhere in some SQL.
  static let oddSuffix = "é'\"`\\[]%_;--"

  func carryOut() async throws {
    let connection = try await work.connect()
    try await work.check(
      "names/longest",
      "Names of \(Self.longest(work.dialect.identifiers.longest)) bytes that differ in the last one are two tables.",
      proves: ["T15"]
    ) {
      let names = Self.longNames(work.kit.prefix, work.options.schema, work.dialect.identifiers.longest)
      for (index, name) in names.enumerated() {
        let table = try await ValueTable.make(
          try await work.objects.claimTable(named: name, on: connection), connection)
        try await table.append([ValueTable.Row(Int64(index))], connection)
      }
      for (index, name) in names.enumerated() {
        try await ValueTable(name: name).requireRows([ValueTable.Row(Int64(index))], connection)
      }
      return nil
    }
    try await work.check("names/too-long", "A longer name is refused before anything is sent.", proves: ["T15"]) {
      let name = ObjectName(work.kit.prefix + String(repeating: "x", count: work.dialect.identifiers.longest))
      do {
        _ = try connection.render(.createTable(ValueTable.definition(name)))
      } catch {
        return nil
      }
      throw Failed(detail: "a name of \(name.last.utf8.count) bytes was rendered")
    }
    try await work.check(
      "names/any-character", "Quotes, backslashes, brackets, blanks and letters beside ASCII are parts of names.",
      proves: ["T15"]
    ) {
      let names = try await work.objects.claimJob(on: connection, suffix: Self.oddSuffix)
      let context = work.context(SessionJob(names: names), connection)
      try await context.create()
      try await KitEngine.append(Self.rows, to: names[.pageviews], HistoryJob(), connection)
      let report = try await context.run()
      try require(report.pageviews == Int64(Self.rows.count), "\(report.pageviews) pageviews were taken")
      try await context.requireClean()
      try await work.objects.drop(Set(ObjectNames.Object.allCases.map { names[$0] }), connection)
      return nil
    }
    try await work.check(
      "names/values", "Values of a filter that look like SQL choose the rows that have them, and do nothing else.",
      proves: ["T13", "T15"]
    ) {
      var job = try await work.job(on: connection).job
      job.source.filter = .isIn(column: "page", Self.values.map { .text($0) })
      let context = work.context(job, connection)
      try await context.create()
      try await KitEngine.append(Self.rows, to: job.names[.pageviews], HistoryJob(), connection)
      let report = try await context.run()
      try require(
        report.pageviews == Int64(Self.values.count),
        "\(report.pageviews) pageviews were chosen, not \(Self.values.count)")
      try await context.requireClean()
      return nil
    }
  }

  private static let values = [
    "'; DROP TABLE sessions; --", "\"; DELETE FROM session_table; --", "`", "\\", "\\'", "''", "{a}", "?", "$1", ":x",
    "@x",
    "%", "/*", "*/", "a\nb", "--", "#",
  ]

  private static let rows: [SourceRow] = (values + ["/other"]).enumerated().map { index, page in
    SourceRow(
      id: .text(ByteKey("v\(index)")), user: ByteKey("user \(page)"),
      time: .at(1_748_764_800_000_000 + Int64(index)), page: ByteKey(page))
  }

  /// At most 400: where there is no limit worth the name, names are long enough then.
  private static func longest(_ limit: Int) -> Int { min(limit, 400) }

  static func longNames(_ prefix: String, _ schema: ObjectName?, _ limit: Int) -> [ObjectName] {
    ["a", "b"].map { end in
      let filling = String(repeating: "x", count: max(0, longest(limit) - prefix.utf8.count - 2))
      return ObjectName(parts: (schema?.parts ?? []) + [prefix + "_" + filling + end])
    }
  }
}

extension JobContext {
  /// - Throws: `Failed` where `verify` finds anything
  func requireClean() async throws {
    let report = try await verify()
    let faults = report.findings.filter { $0.isFault && $0.count > 0 }.map { "\($0.name): \($0.count)" }
    try require(faults.isEmpty, "verify finds \(faults.joined(separator: ", "))")
  }
}
