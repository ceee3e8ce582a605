/// A history as Swift that can be pasted into a regression test.
extension History: CustomStringConvertible {
  public var description: String {
    var lines = ["// seed: " + (seed.map { "\($0)" } ?? "none"), "History(", "  job: \(job.swiftText),", "  steps: ["]
    for step in steps {
      switch step {
      case .insert(let rows):
        lines.append("    .insert([")
        lines += rows.map { "      \($0.swiftText)," }
        lines.append("    ]),")
      case .run(let mode): lines.append("    .run(\(mode.swiftText)),")
      case .killed(let mode): lines.append("    .killed(\(mode.swiftText)),")
      }
    }
    return (lines + ["  ])"]).joined(separator: "\n")
  }
}

extension HistoryJob {
  var swiftText: String {
    var parts = [
      "gap: Gap(microseconds: \(number(gap.microseconds)))!", "boundary: .\(boundary)", "idType: .\(idType)",
    ]
    if !hasEventID { parts.append("hasEventID: false") }
    if hasIntegerUsers { parts.append("hasIntegerUsers: true") }
    if let arrival { parts.append("arrival: .init(kind: .\(arrival.kind), overlap: \(number(arrival.overlap)))") }
    if timeColumn != .timestamp { parts.append("timeColumn: .\(timeColumn)") }
    if hasUUIDs { parts.append("hasUUIDs: true") }
    if hasSequence { parts.append("hasSequence: true") }
    return "HistoryJob(\(parts.joined(separator: ", ")))"
  }
}

extension RunMode {
  var swiftText: String {
    switch self {
    case .whole: ".whole"
    case .window(let from, let to):
      ".window(from: \(from.map(number) ?? "nil"), to: \(to.map(number) ?? "nil"))"
    case .new: ".new"
    }
  }
}

extension SourceRow {
  var swiftText: String {
    let id =
      switch id {
      case .null: ".null"
      case .integer(let value): ".integer(\(number(value)))"
      case .text(let key): ".text(\(literal(key)))"
      }
    let moment =
      switch time {
      case .null: ".null"
      case .at(let value): ".at(\(number(value)))"
      case .infinite(let isLate): ".infinite(isLate: \(isLate))"
      case .bad(let text): ".bad(\(literal(text)))"
      }
    let fields = [
      "id: \(id)", "user: \(user.map(literal) ?? "nil")", "time: \(moment)", "page: \(page.map(literal) ?? "nil")",
    ]
    let hints = [arrival.map { "arrival: \(number($0))" }, sequence.map { "sequence: \(number($0))" }]
    let row = "SourceRow(\((fields + hints.compactMap(\.self)).joined(separator: ", ")))"
    guard case .at(let value) = time else { return row }
    return "/* \(ByteKey(CalendarText.canonical(value))) */ " + row
  }
}

/// A long number in groups of three.
private func number(_ value: Int64) -> String {
  let digits = Array(String(value.magnitude))
  guard digits.count > 4 else { return String(value) }
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append("_") }
    text.append(digit)
  }
  return (value < 0 ? "-" : "") + text
}

/// A literal in which composed and decomposed letters stay apart when it is copied.
private func literal(_ key: ByteKey) -> String {
  if key.count > 200 { return "ByteKey(String(repeating: \"x\", count: \(key.count))) /* shortened */" }
  let escaped = key.text.unicodeScalars.map { scalar in
    scalar.value >= 0x20 && scalar.value < 0x7F && scalar != "\"" && scalar != "\\"
      ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
  }
  return "\"" + escaped.joined() + "\""
}
