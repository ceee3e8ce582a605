internal import PageviewFiles
internal import SessionRunner

/// What load says of a file.
enum LoadWording {
  static func line(_ report: LoadReport, took time: Duration) -> String {
    let summary = report.summary
    if summary.isEmpty { return "\(report.file): empty, skipped" }
    var parts: [String]
    if let loaded = report.loaded {
      parts = [Counted.text(Int64(loaded), "new pageview")]
    } else {
      parts = [
        Counted.text(Int64(summary.rows), "pageview")
          + " read, those that were new are loaded (the database does not report how many)"
      ]
    }
    if let known = report.known, known > 0 { parts.append("\(Counted.number(Int64(known))) already there") }
    if summary.filtered > 0 {
      let reasons = LeftOutReason.allCases.compactMap { reason in
        summary.leftOut[reason].map { "\(words(reason)) \(Counted.number(Int64($0)))" }
      }
      let what = summary.format == .accessLog ? "request" : "record"
      parts.append("\(Counted.text(Int64(summary.filtered), what)) left out (\(reasons.joined(separator: ", ")))")
    }
    if summary.faultCount > 0 {
      let reasons = summary.faults.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { "\($0.key.rawValue) \(Counted.number(Int64($0.value)))" }
      parts.append(
        "\(Counted.text(Int64(summary.faultCount), "faulty line")) quarantined (\(reasons.joined(separator: ", ")))")
    }
    return "\(report.file): \(parts.joined(separator: ", ")) in \(Elapsed.text(time))"
  }

  static func progress(_ done: LoadProgress) -> String {
    let read = done.bytes > 0 ? ", \(Counted.number(Int64(done.bytes >> 20))) MiB read" : ""
    return "\(done.file): \(Counted.text(Int64(done.rows), "row"))\(read)"
  }

  private static func words(_ reason: LeftOutReason) -> String {
    switch reason {
    case .only: "by --only"
    case .method: "by method"
    case .status: "by status"
    case .redirect: "redirects"
    case .suffix: "no pages by suffix"
    case .malformed: "malformed requests"
    case .standardError: "standard error"
    }
  }

  static func notices(_ report: LoadReport) -> [String] {
    let summary = report.summary
    var notices: [String] = []
    if let format = summary.logFormat { notices.append("read as --log-format \(shown(format))") }
    notices += summary.notices
    if report.isFirst, summary.allIDsAreIntegers {
      notices.append(
        "all event ids are integers, and are kept as text, which puts 10 before 8 at one time; create with "
          + "--event-id-type integer compares them by value")
    }
    return notices
  }

  private static func shown(_ format: String) -> String { format.contains(" ") ? "'\(format)'" : format }
}
