import Foundation
import PrivateServer
import TestNeeds
import Testing

@testable import SessionizerCLI

private let times = ["user_id", "started_at", "ended_at", "pageviews"]

private func map(_ mappings: String...) -> [String] { mappings.flatMap { ["--map", $0] } }

enum FileCases {
  static let exports =
    SharedCase.right("segment", "1772359200000.gz", by: ["--preset", "segment"])
    + SharedCase.right("ga4_bigquery", "events_20260301.json", by: ["--preset", "ga4"])
    + SharedCase.right("mixpanel", "export.jsonl", by: ["--preset", "mixpanel"])
    + SharedCase.right("posthog_jsonl", "events.jsonl", by: ["--preset", "posthog"])
    + SharedCase.right(
      "amplitude", "409857_2026-03-01_10#0.json.gz",
      by: map("user_id=amplitude_id", "page_view_at=event_time", "event_id=$insert_id"))
    + SharedCase.right(
      "amplitude", "409857_2026-03-01_10#0.json.gz", by: ["--preset", "amplitude"], columns: times)
    + SharedCase.refused(
      "amplitude", "409857_2026-03-01_10#0.json.gz", by: map("user_id=amplitude_id", "page_view_at=event_time"),
      saying: "event_id 1 is there for another user")
    + SharedCase.refused(
      "segment", "1772359200000.gz", by: map("user_id=anonymousId", "page_view_at=timestamp", "page=path"),
      saying: #"no object has "path" for the page; they have "type", "messageId""#)
    + SharedCase.right("bigquery_csv", "bq.csv", by: map("user_id=user_pseudo_id", "page_view_at=event_ts"))
    + SharedCase.right("bigquery_utc", "bq.csv")
    + SharedCase.refused("bigquery_utc", "epoch.csv", saying: "it may be epoch_s")
    + SharedCase.right("kaggle_ecommerce", "2019-Oct.csv", by: map("page_view_at=event_time", "page=product_id"))
    + SharedCase.right(
      "yoochoose", "yoochoose-clicks.dat", by: ["--no-header", "--names", "user_id,page_view_at,page,category"])
    + SharedCase.refused("yoochoose", "yoochoose-clicks.dat", saying: "--no-header")
    + SharedCase.right(
      "aol", "user-ct-test-collection-01.txt",
      by: ["--quote", "none"] + map("user_id=AnonID", "page_view_at=QueryTime", "page=ClickURL"))
    + SharedCase.refused(
      "aol", "user-ct-test-collection-01.txt", by: map("user_id=AnonID", "page_view_at=QueryTime", "page=ClickURL"),
      saying: "--quote none")
    + SharedCase.right(
      "real_nasa_tsv", "nasa.tsv",
      by: ["--file-time-format", "epoch_s"] + map("user_id=host", "page_view_at=time", "page=url"))

  static let csv =
    ["dash": "-", "hive": "\\N", "mysql": "\\N", "nan": "nan", "none": "None", "notset": "(not set)", "text": "NULL"]
    .sorted { $0.key < $1.key }
    .flatMap { SharedCase.right("null_strings", "\($0.key).csv", by: ["--nullstr=\($0.value)"]) }
    + SharedCase.right("null_strings", "undefined.csv", by: ["--nullstr=undefined"])
    + SharedCase.right("cr_only", "mac.csv", "mac2.csv")
    + SharedCase.right(
      "csv_headers", "Case.csv", "caret.csv", "cr_only.csv", "idcase.csv", "pagecase.csv", "quotedhdr.csv", "semi.csv",
      "sep.csv", "tab.txt", "trailing.csv", "u16be_bom.csv", "u16le_bom.csv")
    + SharedCase.refused("csv_headers", "spaces.csv", saying: "--trim")
    + SharedCase.right("csv_headers", "spaces.csv", by: ["--trim"])
    + SharedCase.refused("csv_headers", "latin1.csv", saying: "--encoding latin-1")
    + SharedCase.right("csv_headers", "latin1.csv", by: ["--encoding", "latin-1"])
    + SharedCase.refused("csv_headers", "twice.csv", saying: #""page" twice"#)
    + SharedCase.refused("csv_headers", "u16le_nobom.csv", saying: "--encoding utf-16le")
    + SharedCase.right("csv_headers", "u16le_nobom.csv", by: ["--encoding", "utf-16le"])
    + SharedCase.refused("csv_headers", "nohdr.csv", saying: "--no-header")
    + SharedCase.right(
      "csv_odd", "blank.csv", "case.csv", "cr.csv", "dup2.csv", "footer.csv", "hive.txt", "mixed.csv", "nolast.csv",
      "pipe.csv", "quoted.csv", "trail.csv", "trail2.csv")
    + SharedCase.refused("csv_odd", "comment.csv", "title.csv", saying: "--skip, --comment")
    + SharedCase.right("csv_odd", "comment.csv", by: ["--comment", "#"])
    + SharedCase.right("csv_odd", "title.csv", by: ["--skip", "3"])
    + SharedCase.right("csv_odd", "names.csv", by: map("user_id=visitor_id", "page_view_at=ts", "page=url"))
    + SharedCase.right("csv_odd", "null.csv", by: ["--nullstr", "\\N", "--nullstr", "NULL", "--nullstr=-"])
    + SharedCase.refused("csv_odd", "psql.txt", saying: "--trim")
    + SharedCase.right("csv_odd", "psql.txt", by: ["--trim"])
    + SharedCase.right("csv_odd", "single.csv", by: ["--quote", "'"])
    + SharedCase.refused("csv_odd", "dup.csv", saying: #""page" twice"#)
    + SharedCase.refused("csv_odd", "bs.csv", saying: "--escape")
    + SharedCase.right("csv_odd", "bs.csv", by: ["--escape", "\\"], columns: times)
    + SharedCase.right("csv_odd", "utf8.csv", "nl.csv", columns: times)
    + SharedCase.refused("csv_odd", "latin1.csv", saying: "--encoding latin-1")
    + SharedCase.right("csv_odd", "latin1.csv", by: ["--encoding", "latin-1"], columns: times)

  static let timesOfDay =
    SharedCase.right(
      "times", "clf.csv", "compact.csv", "gmt.csv", "lead.csv", "onedigit.csv", "rfc2822.csv", "slash.csv",
      "space_zone.csv", "us_month.csv", "utc.csv", "z3.csv", "zone.csv")
    + SharedCase.right("times", "nosec.csv", columns: ["user_id", "pageviews"])
    + SharedCase.right(
      "times", "float.csv", by: ["--file-time-format", "epoch_s"],
      columns: ["user_id", "duration_seconds", "pageviews"])
    + SharedCase.right("times", "sci.csv", by: ["--file-time-format", "epoch_s"])
    + SharedCase.right("times", "compact2.csv", by: ["--file-time-format", "%Y%m%d%H%M%S"])
    + SharedCase.refused(
      "times", "float.csv", "sci.csv", "compact2.csv", "comma.csv", saying: "no line could be loaded")
    + SharedCase.right("excel_semicolon", "iso.csv", "sep.csv", "utf16.csv", columns: ["user_id", "pageviews"])
    + SharedCase.right("excel_semicolon", "export.csv", by: ["--file-time-format", "%d/%m/%Y %H:%M"])
    + SharedCase.right(
      "excel_semicolon", "german.csv", by: ["--file-time-format", "%d.%m.%Y %H:%M:%S"],
      columns: ["user_id", "pageviews"])
    + SharedCase.right(
      "excel_semicolon", "us.csv", by: ["--file-time-format", "%m/%d/%Y %I:%M:%S %p"],
      columns: ["user_id", "pageviews"]
    )
    + SharedCase.refused("excel_semicolon", "export.csv", "german.csv", "us.csv", saying: "bad_time")
    + SharedCase.refused("excel_semicolon", "utf16le.csv", saying: "--encoding utf-16le")
    + SharedCase.right(
      "excel_semicolon", "utf16le.csv", by: ["--encoding", "utf-16le"], columns: ["user_id", "pageviews"])
    + SharedCase.right("local_time_dst", "berlin.csv", by: ["--file-time-zone", "Europe/Berlin"])
    + SharedCase.right("date_and_time_columns", "two.csv", by: map("page_view_at=date+time"))
    + SharedCase.refused("times_shifted_twice", "zoned.csv", job: ["--time-zone=+02:00"], saying: "holds UTC")
    + SharedCase.right("times_shifted_twice", "zoned.csv")
    + SharedCase.refused(
      "time_format_of_own_table", "ms.csv", job: ["--time-format", "epoch_ms"], saying: "holds timestamps")
    + SharedCase.right("time_format_of_own_table", "ms.csv", by: ["--file-time-format", "epoch_ms"])

  static let json =
    SharedCase.right(
      "json_odd", "a.json", "a.jsonl", "arr.json", "arr.jsonl", "arrl.json", "arrp.json", "bom.jsonl", "bulk.json",
      "conc.json", "pretty.json", "seq.jsonl")
    + SharedCase.refused("json_odd", "wrap.json", saying: #"its "results" is a list of objects"#)
    + SharedCase.right("json_surrogate", "events.jsonl")

  static let others =
    SharedCase.right(
      "packed", "multi.csv.gz", "noext", "views.csv", "views.csv.bz2", "views.csv.gz", "views.csv.xz", "views.csv.zst",
      "views.zip")
    + SharedCase.refused("packed", "cut.csv.gz", saying: "cut off")
    + SharedCase.refused("packed", "views.tar", "views.tar.gz", saying: "tar archive")
    + SharedCase.refused("packed", "views.arrow", "views.orc", "views.parquet", saying: "duckdb")
    + SharedCase.together("many", "a.csv", "b.csv", "empty.log")
    + SharedCase.right(
      "user_of_two_columns", "clicks.csv",
      by: map("user_id=visid_high+visid_low", "page_view_at=date_time", "page=url"),
      job: ["--gap", "50m", "--gap-boundary", "same"])
    + SharedCase.refused(
      "user_of_two_columns", "clicks.csv",
      by: map("user_id=visid_high", "user_id=visid_low", "page_view_at=date_time"),
      saying: "--map user_id is there twice"
    )
    + SharedCase.right("attribute_rename", "views.csv", job: ["--attribute", "campaign=utm_campaign"])
    + SharedCase.right("another_gap", "views.csv", job: ["--gap", "10m"])
    + SharedCase.right("ties_integer_ids", "views.csv", job: ["--event-id-type", "integer"])
}

/// CSV files, JSON files and exports of all kinds: the sessions are right, or the file is refused for its reason.
@Suite(.enabled(if: SharedCase.areThere, "the cases beside the repository are not on this machine"))
struct SharedFileCaseTests {
  @Test(arguments: FileCases.exports) func anExport(shared: SharedCase) async throws { try await shared.check() }
  @Test(arguments: FileCases.csv) func csv(shared: SharedCase) async throws { try await shared.check() }
  @Test(arguments: FileCases.timesOfDay) func times(shared: SharedCase) async throws { try await shared.check() }
  @Test(arguments: FileCases.json) func json(shared: SharedCase) async throws { try await shared.check() }
  @Test(arguments: FileCases.others) func others(shared: SharedCase) async throws { try await shared.check() }

  /// A renamed attribute is in the ledger under its own name, with the file's values.
  @Test func aRenamedAttribute() async throws {
    let folder = try TemporaryFolder()
    let common = ["--target", "sqlite:" + folder.path + "/a.db", "--attribute", "campaign=utm_campaign"]
    let file = SharedCase.folder + "/attribute_rename/views.csv"
    for arguments in [["create"], ["load", file], ["run"]] {
      #expect(await ToolRun(arguments + common).code == 0)
    }
    let sessions = await ToolRun(["sessions", "--format", "jsonl"] + common)
    #expect(sessions.output.contains(#""campaign":"spring""#), "\(sessions.output)")
  }

  /// A file that is empty says so, and is no error.
  @Test func anEmptyFileIsSkipped() async throws {
    let folder = try TemporaryFolder()
    let target = ["--target", "sqlite:" + folder.path + "/a.db"]
    #expect(await ToolRun(["create"] + target).code == 0)
    for file in ["empty.csv", "empty.jsonl", "empty.log"] {
      let load = await ToolRun(["load", SharedCase.folder + "/csv_odd/" + file] + target)
      #expect(load.code == 0)
      #expect(load.errors.hasSuffix("\(file): empty, skipped\n"), "\(load.errors)")
    }
  }

  /// An undeclared word for NULL is one user, and that is said.
  @Test func anUndeclaredNullWordIsNoticed() async throws {
    let folder = try TemporaryFolder()
    let target = ["--target", "sqlite:" + folder.path + "/a.db"]
    #expect(await ToolRun(["create"] + target).code == 0)
    let load = await ToolRun(["load", SharedCase.folder + "/null_strings/hive.csv"] + target)
    #expect(load.errors.contains(#"the user is "\N" on 3 lines, and counts as one user"#), "\(load.errors)")
  }

  private static let duckDB = (try? Command.run(["/usr/bin/env", "duckdb", "--version"])) != nil

  /// What the refusal of a Parquet file says to do gives the right sessions.
  @Test(.needs(duckDB ? nil : "there is no duckdb in the path"))
  func theLineForDuckDBIsRight() async throws {
    let folder = try TemporaryFolder()
    let target = ["--target", "sqlite:" + folder.path + "/a.db"]
    #expect(await ToolRun(["create"] + target).code == 0)
    let refused = await ToolRun(["load", SharedCase.folder + "/packed/views.parquet"] + target)
    #expect(refused.code == 2)
    let said = refused.errors.split(separator: "\"", omittingEmptySubsequences: false)
    #expect(said[0].hasSuffix("have DuckDB hand it over: duckdb -c "), "\(refused.errors)")
    let text = try Command.run(["/usr/bin/env", "duckdb", "-c", String(said[1])])
    for arguments in [["load", try folder.file("handed.csv", text)], ["run"]] {
      let run = await ToolRun(arguments + target)
      #expect(run.code == 0, "\(run.errors)")
    }
    let found = await ToolRun(["sessions", "--format", "csv"] + target)
    let expected = try String(contentsOfFile: SharedCase.folder + "/packed/expected_sessions.csv", encoding: .utf8)
    let columns = ["user_id", "started_at", "ended_at", "pageviews", "entry_page", "exit_page"]
    #expect(SharedCase.pick(columns, of: found.output) == SharedCase.pick(columns, of: expected))
  }
}
