import Foundation
import SessionPlan
import TestNeeds
import Testing

@testable import PageviewFiles

/// Makes an endless file out of a pattern, so that no test holds one in memory.
private final class RepeatingSource: ByteSource {
  private var front: [UInt8]
  private let pattern: UInt8
  private var count: Int
  private var back: [UInt8]

  init(front: String, _ pattern: UInt8, count: Int, back: String) {
    (self.front, self.pattern, self.count, self.back) = (Array(front.utf8), pattern, count, Array(back.utf8))
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    if !front.isEmpty { return Self.take(&front, buffer) }
    if count == 0 { return Self.take(&back, buffer) }
    let size = min(count, buffer.count)
    UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]).initializeMemory(as: UInt8.self, repeating: pattern)
    count -= size
    return size
  }

  private static func take(_ bytes: inout [UInt8], _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let size = min(bytes.count, buffer.count)
    buffer.copyBytes(from: bytes.prefix(size))
    bytes.removeFirst(size)
    return size
  }
}

@Suite struct FileTests {
  private func withFile(_ name: String, _ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pageviews-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    try body(file.path)
  }

  private func openingFault(_ path: String) -> FileFault? {
    do throws(FileFault) {
      _ = try PageviewFileReader(path: path)
      return nil
    } catch { return error }
  }

  @Test func `a file is read, and its bytes are counted`() throws {
    let text = "event_id,user_id,page_view_at,page\n" + (1...10_000).map { "e\($0),u,2026-01-01,/\n" }.joined()
    try withFile("a.csv", Array(text.utf8)) { path in
      let reader = try PageviewFileReader(path: path)
      let loaded = try drain(reader)
      #expect(loaded.events == (1...10_000).map { "e\($0)" })
      #expect(reader.summary.bytes == Int64(text.utf8.count))
      #expect(reader.summary.lines == 10_001)
      #expect(try reader.next() == nil)
    }
  }

  @Test func `missing, a directory, unreadable`() throws {
    #expect(
      openingFault("/nonexistent/a.csv")?.description == "/nonexistent/a.csv: there is no such file; check the path")
    #expect(openingFault("/tmp")?.message == "this is a directory")
    try withFile("a.csv", Array("user_id,page_view_at\n".utf8)) { path in
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
      // The super user may read it all the same.
      if geteuid() != 0 { #expect(openingFault(path)?.message == "permission to read it is denied") }
    }
  }

  @Test(arguments: [
    ("a.csv", "user_id,page_view_at\n", FileFormat.csv), ("a", "user_id;page_view_at\n", .csv),
    ("a.tsv", "user_id\tpage_view_at\n", .csv), ("a.CSV.gz", "user_id,page_view_at\n", .csv),
    ("a.log", "\n {\"user_id\":1,\"page_view_at\":\"2026-01-01\"}\n", .jsonLines),
    ("a.ndjson", "{\"user_id\":1,\"page_view_at\":\"2026-01-01\"}", .jsonLines),
    ("a.json", "[{\"user_id\":1,\"page_view_at\":\"2026-01-01\"}]", .jsonLines),
    ("access.log.1", "::1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 -\n", .accessLog),
  ]) func `the format is found`(name: String, text: String, format: FileFormat) throws {
    #expect(try load(text, path: name).summary?.format == format)
  }

  @Test(arguments: [
    ("a.txt", "hello\n", "the format is unknown"), ("a.log", "a,b,c\n", "the format is unknown"),
    ("a.csv", "PAR1xxxx", "this is a Parquet file"), ("a.csv", "SQLite format 3\0xx", "this is an SQLite file"),
  ]) func `or it is said that it is not`(name: String, text: String, message: String) {
    #expect(fault(text, path: name)?.message.hasPrefix(message) == true)
  }

  @Test func `the format that is told counts`() throws {
    #expect(
      try load("{\"user_id\":1,\"page_view_at\":\"2026-01-01\"}", LoadOptions(format: .jsonLines)).rows.count == 1)
  }

  @Test(arguments: ["", "\"", "{\"a\":\""]) func `a line of 256 MB takes no memory`(opening: String) throws {
    let isJSON = opening.hasPrefix("{")
    let header = isJSON ? "" : "event_id,user_id,page_view_at,page\n"
    let good = isJSON ? #"{"event_id":"e","user_id":"u","page_view_at":"2026-01-01"}"# : "e,u,2026-01-01,/"
    let source = RepeatingSource(
      front: header + good + "\n" + opening, UInt8(ascii: "x"), count: 256_000_000, back: "\n" + good + "\n")
    let before = ProcessMemory.peak
    let loaded = try drain(
      PageviewFileReader(path: isJSON ? "a.jsonl" : "a.csv", source: source, options: LoadOptions()))
    #expect(loaded.events == ["e", "e"])
    #expect(loaded.reasons == [.lineTooLong])
    // Tests beside this one need some, too, but nothing near the length of the line.
    if let before, let after = ProcessMemory.peak { #expect(after - before < 128_000 * 1024) }
  }
}
