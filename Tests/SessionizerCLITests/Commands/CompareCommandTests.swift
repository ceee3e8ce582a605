import SQLiteBackend
import StatementRecording
import Testing
import WarehouseDriver

@testable import SessionizerCLI

@Suite struct CompareCommandTests {
  /// Exit codes, the findings of one altered row, and retired ids.
  @Test func compareAndExplain() async throws {
    let folder = try TemporaryFolder()
    let (a, b) = ("sqlite:" + folder.path + "/a.db", "sqlite:" + folder.path + "/b.db")
    let file = try folder.file("views.csv", EndToEndTests.fiveRows)
    _ = await ToolRun("create", "--target", a)
    _ = await ToolRun("load", file, "--target", a)
    let equal = await ToolRun("compare", "--targets", "\(a),\(b)")
    #expect(equal.code == 0 && equal.errors.contains("5 pageviews brought from 1 (sqlite:…)"), "\(equal.errors)")
    #expect(equal.errors.hasSuffix("no difference\n"))
    #expect(await ToolRun("compare", "--targets", a, "--targets", b, "--existing").code == 0)

    let backend = RecordingBackend(SQLiteBackend(), engine: "sqlite")
    let connection = try await backend.connect(to: Target(url: b), options: ConnectionOptions())
    try await connection.executeByHand(
      "UPDATE session_table SET user_id = 'Ä' WHERE event_id = '2'", because: "a difference that compare is to find")
    await connection.close()
    #expect(await ToolRun("compare", "--targets", "\(a),\(b)", "--source-only").code == 0)
    let found = await ToolRun("compare", "--targets", "\(a),\(b)", "--existing", "--format", "csv")
    #expect(found.code == 1)
    #expect(found.output.hasPrefix("compared,with,finding,id,column,rows,here,there\n"))
    #expect(found.output.contains("\nassignments,2 (sqlite:…),agree,,user_id,4,,\n"))
    #expect(found.output.contains("\nassignments,2 (sqlite:…),changed,2,user_id,,123,Ä\n"))
    let unshown = await ToolRun("compare", "--targets", "\(a),\(b)", "--existing", "--format", "csv", "--show", "0")
    #expect(unshown.code == 1 && !unshown.output.contains("changed,2"))

    let late = try folder.file("late.csv", "event_id,user_id,page_view_at,page\n0,123,2020-02-02 12:50:00,/\n")
    _ = await ToolRun("load", late, "--target", a)
    _ = await ToolRun("run", "--target", a)
    let explained = await ToolRun("explain-session", "1", "--target", a, "--format", "csv")
    #expect(explained.code == 0 && explained.errors == "session 1 is retired; it is part of 0 now\n")
    #expect(explained.output.contains("\npageview,0,2020-02-02 12:50:00.000000,123,/,0,first,2,"))
    #expect(explained.output.contains("\nretired id,1,2020-02-02 12:55:16.000000,123,,0,extended,2,"))
    let unknown = await ToolRun("explain-session", "nobody", "--target", a)
    #expect(unknown.code == 2 && unknown.output.isEmpty)
    #expect(unknown.errors == "sessionizer: there is no session nobody; see `sessionizer sessions`\n")
  }

  @Test func wrongUse() async throws {
    #expect(await ToolRun("compare").code == 64)
    #expect(await ToolRun("compare", "--targets", "sqlite:a.db").code == 64)
    #expect(await ToolRun("compare", "--targets", "sqlite:a.db,sqlite:b.db", "--existing", "--source-only").code == 64)
    #expect(await ToolRun("compare", "--dialects", "sqlite").code == 64)
    #expect(await ToolRun("compare", "--dialects", "sqlite,postgres", "--targets", "a,b").code == 64)
    #expect(await ToolRun("compare", "--targets", "a,b", "--plan", "run").code == 64)
    let folder = try TemporaryFolder()
    let none = folder.path + "/none.db"
    let missing = await ToolRun("compare", "--targets", "\(none),\(none)", "--existing")
    #expect(missing.code == 2 && missing.errors.split(separator: "\n").count == 1, "\(missing.errors)")
  }

  @Test func dialectsSideBySide() async throws {
    let shown = await ToolRun("compare", "--dialects", "postgres,mariadb", "--format", "csv")
    #expect(shown.code == 0 && shown.errors.isEmpty)
    #expect(shown.output.hasPrefix("node,finding,postgres,mariadb,why\n"))
    #expect(shown.output.contains(",templates.gap_exceeds,") && shown.output.contains("T02, "))
    #expect(await ToolRun("compare", "--dialects", "postgres,mariadb", "--as-run", "--plan", "create").code == 0)
    let unknown = await ToolRun("compare", "--dialects", "postgres,nothing")
    #expect(unknown.code == 64 && unknown.errors.contains("nothing"), "\(unknown.errors)")
  }

  @Test func commasInsideOfURLs() {
    func split(_ lists: String...) -> [String] {
      TargetsOptions.split(lists, names: ["prod"], schemes: ["sqlite", "postgres", "odbc"])
    }
    #expect(split("sqlite:a.db,b.db,prod") == ["sqlite:a.db", "b.db", "prod"])
    #expect(split("a", "b") == ["a", "b"])
    #expect(
      split("odbc+sqlserver:Server=h,1433;Database=d,prod,postgres://h1:1,h2:2/d,sqlite:c.db")
        == ["odbc+sqlserver:Server=h,1433;Database=d", "prod", "postgres://h1:1,h2:2/d", "sqlite:c.db"])
  }
}
