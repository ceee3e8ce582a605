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

/// Kinds of files that DuckDB reads by an extension, where it is not installed: one line says how to go on.
@Suite(.needs(ADBCLibrary.duckdb.absence)) struct DuckDBExtensionTests {
  private static let folder = FileManager.default.temporaryDirectory.appending(path: "extensions-\(UUID().uuidString)")

  /// Loads with a DuckDB that has no extensions.
  private static func refusal(_ path: String) async throws -> FileFault? {
    let place = try await Place.make(on: .sqlite)
    defer { place.remove() }
    let context = try await place.context()
    try await context.create()
    let driver = try ADBCLibrary.duckdb.found.get()
    let url = DuckDBSource.target + "&extension_directory=\(folder.path)/none&driver=" + driver
    let request = LoadRequest(options: LoadOptions()) {
      try await ADBCBackend().connect(to: Target(url: url), options: ConnectionOptions(mayCreate: true))
    }
    let fault = await #expect(throws: FileFault.self) { _ = try await context.load(files: [path], request) }
    await context.connection.close()
    return fault
  }

  private static func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: name)
    try Data(bytes).write(to: file)
    return file.path
  }

  @Test(
    arguments: [
      (Array("ARROW1\0\0".utf8), "an Arrow", "nanoarrow", " FROM community", true),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xA8, 0, 0, 0], "an Arrow stream", "nanoarrow", " FROM community", true),
      (Array("ORC\u{11}".utf8), "an ORC", "orc", " FROM community", true),
      (Array("Obj\u{1}".utf8), "an Avro", "avro", "", false),
    ] as [([UInt8], String, String, String, Bool)])
  func theRefusal(magic: [UInt8], name: String, library: String, origin: String, hasPython: Bool) async throws {
    let path = try Self.write("it's $HOME \(name)", magic + Array("rest of it".utf8))
    let fault = try #require(try await Self.refusal(path))
    #expect(
      fault.message == "this is \(name) file, which DuckDB reads by its extension \(library), and that is not installed"
    )
    let remedy = fault.remedy ?? ""
    #expect(remedy.hasPrefix("install it once, by a shell of the same version (v"), "\(remedy)")
    #expect(remedy.contains("): duckdb -c \"INSTALL \(library)\(origin)\""), "\(remedy)")
    #expect(remedy.contains("; or have Python hand it over: python3 -c ") == hasPython, "\(remedy)")
    #expect(!fault.description.contains("\n") && !fault.description.contains("IO Error"))
  }

  private static let python: String? = {
    let python = ProcessInfo.processInfo.environment["SESSIONIZER_PYTHON"] ?? "python3"
    let found = try? Command.run(["/usr/bin/env", python, "-c", "import pyarrow"])
    return found == nil ? nil : python
  }()

  /// What the refusal says to do gives the file's rows, whatever its name is.
  @Test(
    .needs(python == nil ? "there is no pyarrow" : nil),
    arguments: [
      ("pyarrow.feather", "w.write_feather(t, p)"),
      ("pyarrow", "x = w.ipc.new_stream(p, t.schema); x.write_table(t); x.close()"),
      ("pyarrow.orc", "w.write_table(t, p)"),
    ])
  func theLineForPython(module: String, write: String) async throws {
    let python = try #require(Self.python)
    let path = try Self.write("it's \"\(module)\" of $HOME `x` \\", [])
    let script = """
      import sys, datetime as d, pyarrow as pa, \(module) as w
      p = sys.argv[1]
      t = pa.table({"user_id": ["a", None, "b,\\"c"], "page": ["/", None, ""],
        "page_view_at": pa.array([d.datetime(2026, 3, 1, 10, 0, 0, 123456)] * 3, pa.timestamp("us"))})
      \(write)
      """
    _ = try Command.run(["/usr/bin/env", python, "-c", script, path])
    let remedy = try #require(try await Self.refusal(path)?.remedy)
    let start = try #require(remedy.range(of: "have Python hand it over: python3 "))
    let end = try #require(remedy.range(of: " | sessionizer load - …", options: .backwards))
    let csv = try Command.run(["/bin/sh", "-c", "\(python) " + remedy[start.upperBound..<end.lowerBound]])
    let reader = try PageviewFileReader(path: try Self.write(module + ".csv", Array(csv.utf8)))
    let batch = try #require(try reader.next())
    #expect(batch.faults.map(\.reason) == [.nullUser])
    let rows = (0..<batch.rows.rowCount).map { row in
      ["user_id", "page_view_at", "page"].map { name -> String in
        switch batch.rows.columns[batch.rows.index(of: name) ?? 0][row] {
        case .text(let text)?: text
        case .timestamp(let time)?: Timestamp(microseconds: time).description
        default: "NULL"
        }
      }
    }
    #expect(
      rows == [["a", "2026-03-01 10:00:00.123456", "/"], ["b,\"c", "2026-03-01 10:00:00.123456", ""]], "\(csv)")
  }
}
