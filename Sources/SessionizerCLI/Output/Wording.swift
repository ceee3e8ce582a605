internal import SessionRunner

extension StepProgress {
  /// `step 4 of 16: neighbours (1,234 rows before it) …`
  var words: String {
    let rows = rowsBefore.map { " (\(Counted.text(Int64($0), "row")) before it)" } ?? ""
    return "step \(number) of \(count): \(DisplayText.visible(step))\(rows) …"
  }
}

/// Numbers with their nouns: `1 row`, `12,345 rows`.
enum Counted {
  static func text(_ count: Int64, _ noun: String) -> String { "\(number(count)) \(noun)\(count == 1 ? "" : "s")" }

  /// With a comma after every third digit.
  static func number(_ count: Int64) -> String {
    let digits = String(count.magnitude)
    var result = count < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return result
  }
}

/// Times that something took: `0.4 ms`, `1.3 s`, `3 min 20 s`, `26 h 5 min`.
enum Elapsed {
  static func text(_ duration: Duration) -> String {
    let microseconds = duration / .microseconds(1)
    switch microseconds {
    case ..<100_000: return "\(tenths(microseconds / 1000)) ms"
    case ..<60_000_000: return "\(tenths(microseconds / 1_000_000)) s"
    case 7_200_000_000...:
      let minutes = duration.components.seconds / 60
      return "\(minutes / 60) h \(minutes % 60) min"
    default:
      let seconds = duration.components.seconds
      return "\(seconds / 60) min \(seconds % 60) s"
    }
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
