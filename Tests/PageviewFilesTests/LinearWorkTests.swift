import SessionPlan
import Testing

@testable import PageviewFiles

/// Whatever a file holds, each of its bytes is looked at a bounded number of times: on the worst file of each format the
/// work, counted in bytes, grows as the file does.
@Suite struct LinearWorkTests {
  struct Worst: Sendable, CustomTestStringConvertible {
    var name: String
    var path: String
    var front: String
    var line: String
    var back = ""
    var logFormat: String?
    var testDescription: String { name }
  }

  private static let header = "event_id,user_id,page_view_at,page\n"

  static let files = [
    Worst(name: "quotes that open in the line before", path: "a.csv", front: header, line: "x\",\"z\n"),
    Worst(
      name: "a quote that is never closed on each line", path: "a.csv", front: header, line: "e,u,2026-01-01,\"/\n"),
    Worst(name: "two quotes that cross lines", path: "a.csv", front: header, line: "\"a\",\"b\n"),
    Worst(name: "text behind a closing quote", path: "a.csv", front: header, line: "\"a\"b,\"\n"),
    Worst(name: "doubled quotes", path: "a.csv", front: header, line: "e,\"\"\"\"\"\"\"\"\"\"\"\",2026-01-01,\n"),
    Worst(name: "objects that are not closed", path: "a.jsonl", front: "", line: "{\"a\":[[[[[[[[\n"),
    Worst(name: "an object of many braces", path: "a.json", front: "{\n\"a\":", line: "{\"a\":\n"),
    Worst(name: "an array of broken objects", path: "a.json", front: "[{}", line: ",{\"a\" 1}\n", back: "]"),
    Worst(
      name: "look-ups in lists", path: "a.jsonl", front: "",
      line: #"{"user_id":"u","page_view_at":"2026-01-01","page":"/","l":[{"k":"a"},{"k":"b"},{"k":"c","v":1}]}"# + "\n"),
    Worst(
      name: "blanks and brackets", path: "a.log", front: "", line: "a - [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ \n",
      logFormat: "COMBINED"),
    Worst(
      name: "quotes in a log", path: "a.log", front: "", line: "a - b [x] \"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\n",
      logFormat: "COMBINED"),
  ]

  private func work(_ worst: Worst, lines: Int) throws -> (bytes: Int, examined: Int) {
    let text = Array((worst.front + String(repeating: worst.line, count: lines) + worst.back).utf8)
    var options = LoadOptions()
    options.columns.eventID = worst.path == "a.csv" ? "event_id" : nil
    options.log.format = try worst.logFormat.map { try LogFormat(text: $0) }
    if worst.name == "look-ups in lists" { options.columns.page = "l[k=c].v" }
    let reader = try PageviewFileReader(path: worst.path, source: ArraySource(text), options: options)
    do throws(FileFault) {
      while try reader.next() != nil {}
    } catch {
      // What had to be read is read.
      #expect(!error.message.isEmpty)
    }
    return (text.count, reader.examined)
  }

  @Test(arguments: files) func `work grows as the file does`(worst: Worst) throws {
    // Up to 4 MB: the longest record is 1 MiB.
    for lines in [4_000, 16_000, 64_000] {
      let found = try work(worst, lines: lines)
      #expect(found.examined >= found.bytes / 4)
      // The allowance of CSV, and one record that is looked at in vain beyond it.
      #expect(found.examined <= 8 * found.bytes + 2 * InputWindow.recordLimit, "\(found)")
    }
  }
}
