import SessionPlan
import Testing

@testable import PageviewFiles

/// Whatever a file holds, each of its bytes is looked at a bounded number of times: on the worst file of each format the
/// work, counted in bytes and in the processor's time, grows as the file does.
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
    Worst(
      name: "a list of addresses", path: "a.log", front: "", line: "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 \n",
      logFormat: "COMBINED"),
    Worst(
      name: "one endless line", path: "a.log", front: "a - - [", line: "[ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ [ ",
      logFormat: "COMBINED"),
    Worst(
      name: "ends of a field that are none", path: "a.log", front: "",
      line: "a [Clien [Clien [Clien [Clien [Clien [Clien\n",
      logFormat: "NPM"),
    Worst(
      name: "data of syslog", path: "a.log", front: "",
      line: "<1>1 2026-03-01T10:00:00Z h p 1 i [a \"]\\\"]\\\"]\\\"]\\\"]\\\"]\\\"\n", logFormat: "SYSLOG+COMMON"),
    Worst(
      name: "old syslog without an end", path: "a.log", front: "", line: "Mar  1 10:00:00 h:::::::::::::::::::::\n",
      logFormat: "SYSLOG+COMMON"),
    Worst(
      name: "bars of compose", path: "a.log", front: "", line: " | | | | | | | | | | | | | | | | | | | | | | | |\n",
      logFormat: "COMPOSE+COMMON"),
    Worst(
      name: "CRI and nothing", path: "a.log", front: "", line: "2026-03-01T10:00:00Z stdout F                    \n",
      logFormat: "CRI+COMMON"),
    Worst(
      name: "quotes in Docker's objects", path: "a.log", front: "",
      line: #"{"log":"a - b [x] \"\\\"\\\"\\\"\\\"\\\"\n","stream":"stdout"}"# + "\n", logFormat: "DOCKER+COMBINED"),
    Worst(
      name: "Caddy's nested objects", path: "a.log", front: "",
      line: #"{"request":{"headers":{"X-Forwarded-For":[[[[[[[[[[[[]]]]]]]]]]]],"User-Agent":["U","V"]}},"ts":1}"#
        + "\n",
      logFormat: "CADDY"),
    Worst(
      name: "all names of nginx at once", path: "a.log", front: "",
      line: #"{"xff":"-","real_ip":"-","client":"-","remote_addr":"1","args":"","time":1,"msec":"x","request":"GET"}"#
        + "\n",
      logFormat: "NGINX_JSON"),
    Worst(
      name: "quotes in a W3C log", path: "a.log", front: "#Fields: date time c-ip cs-method cs-uri-stem\n",
      line: "\" \" \"\"\" \" \" \"\"\" \" \" \"\"\" \" \"\n"),
    Worst(
      name: "W3C fields that change on each line", path: "a.log", front: "",
      line: "#Fields: date time c-ip cs-method cs-uri-stem a b c d e f g h\n"),
    Worst(
      name: "the many fields of a load balancer", path: "a.log", front: "",
      line: "h x y z 1 2 3 4 5 6 7 8 9 \"\\x0\\x\n",
      logFormat: "AWSALB"),
    Worst(
      name: "blanks of squid", path: "a.log", front: "", line: "1772359200.000                             a\n",
      logFormat: "SQUID"),
    Worst(name: "blanks around quotes", path: "a.csv", front: header, line: "   \"a\"   ,   \"b\"   x,\"\n"),
    Worst(name: "escapes", path: "a.csv", front: header, line: "\"\\\\\\\\\\\\\\\",\\\\\\\"\n"),
    Worst(
      name: "percent signs for like", path: "a.csv", front: header,
      line: "e,u,2026-01-01,aaaaaaaaaaaaaaaaaaaaaaaaaaab\n"),
  ]

  private func work(_ worst: Worst, lines: Int) throws -> (bytes: Int, examined: Int, seconds: Double) {
    let text = Array((worst.front + String(repeating: worst.line, count: lines) + worst.back).utf8)
    var options = LoadOptions()
    options.columns.eventID = worst.path == "a.csv" ? "event_id" : nil
    options.log.format = try worst.logFormat.map { try LogFormat(text: $0) }
    switch worst.name {
    case "look-ups in lists": options.columns.page = "l[k=c].v"
    case "blanks around quotes": options.csv.trims = true
    case "escapes": options.csv.escape = "\\"
    case "percent signs for like": options.only = try RowFilter(text: "page like '%a%a%a%a%c'")
    default: break
    }
    let start = processorSeconds()
    let reader = try PageviewFileReader(path: worst.path, source: ArraySource(text), options: options)
    do throws(FileFault) {
      while try reader.next() != nil {}
    } catch {
      // What had to be read is read.
      #expect(!error.message.isEmpty)
    }
    return (text.count, reader.examined, processorSeconds() - start)
  }

  @Test(arguments: files) func `work grows as the file does`(worst: Worst) throws {
    // Up to 4 MB: the longest record is 1 MiB.
    var before = 0.0
    for lines in [4_000, 16_000, 64_000] {
      let found = try work(worst, lines: lines)
      // Four times as much takes four times as long; whoever looks at all that was before takes sixteen times.
      if lines > 4_000 { #expect(found.seconds <= 9 * before + 0.1, "\(before) s, then \(found.seconds) s") }
      before = found.seconds
      #expect(found.examined >= found.bytes / 4)
      // The allowance of CSV, and one record that is looked at in vain beyond it.
      #expect(found.examined <= 8 * found.bytes + 2 * InputWindow.recordLimit, "\(found)")
    }
  }
}
