extension Expression {
  /// The expression in the plan's own notation: intent nodes as functions of their names.
  var explained: String {
    func call(_ name: String, _ arguments: Expression...) -> String {
      name + "(" + arguments.map(\.explained).joined(separator: ", ") + ")"
    }
    func infix(_ a: Expression, _ symbol: String, _ b: Expression) -> String {
      "(\(a.explained) \(symbol) \(b.explained))"
    }
    switch self {
    case .column(let column): return column.relation + "." + column.name
    case .literal(let literal): return literal.explained
    case .compare(let comparison, let a, let b, let collation):
      return "\(a.explained) \(comparison.rawValue) \(b.explained)\(collation.explained)"
    case .isSame(let a, let b, let collation): return "is_same(\(a.explained), \(b.explained)\(collation.explained))"
    case .present(let value): return value.explained
    case .isNull(let value): return call("is_null", value)
    case .and(let terms): return terms.isEmpty ? "true" : terms.map(\.explainedInside).joined(separator: " and ")
    case .or(let terms): return terms.isEmpty ? "false" : terms.map(\.explainedInside).joined(separator: " or ")
    case .not(let value): return "not " + value.explainedInside
    case .exists(let relation): return "exists(\(relation.explainedInline))"
    case .gapExceeds(let previous, let current, let gap, let boundary):
      return "gap_exceeds(\(previous.explained), \(current.explained), \(gap), \(boundary.rawValue))"
    case .instant(let value): return call("instant", value)
    case .timestamp(let value): return call("timestamp", value)
    case .shift(let value, let microseconds): return "shift(\(value.explained), \(microseconds)us)"
    case .durationMicroseconds(let from, let to): return call("duration_microseconds", from, to)
    case .day(let value): return call("day", value)
    case .zoned(let value): return call("zoned", value)
    case .serverNow: return "server_now()"
    case .sourceTimestamp(let value, let time): return "source_timestamp(\(value.explained), \(time.explained))"
    case .isSourceTimeOutOfRange(let value, let time):
      return "is_source_time_out_of_range(\(value.explained), \(time.explained))"
    case .add(let a, let b): return infix(a, "+", b)
    case .subtract(let a, let b): return infix(a, "-", b)
    case .multiply(let a, let b): return infix(a, "*", b)
    case .divide(let a, let b): return infix(a, "div", b)
    case .seconds(let value): return call("seconds", value)
    case .concatenate(let texts): return texts.map(\.explained).joined(separator: " || ")
    case .byteLength(let value): return call("byte_length", value)
    case .sha256(let value): return call("sha256", value)
    case .decimalText(let value): return call("decimal_text", value)
    case .timestampText(let value): return call("timestamp_text", value)
    case .sourceText(let value): return call("source_text", value)
    case .sourceInteger(let value): return call("source_integer", value)
    case .sourceFlag(let value): return call("source_flag", value)
    case .choose(let branches, let otherwise):
      let cases = branches.map { "when \($0.when.explained) then \($0.then.explained)" }
      return "choose(\(cases.joined(separator: " ")) else \(otherwise.explained))"
    case .coalesce(let values): return "coalesce(" + values.map(\.explained).joined(separator: ", ") + ")"
    case .scalar(let relation): return "scalar(\(relation.explainedInline))"
    case .lookup(let lookup):
      return "lookup(\(lookup.value.explained) from \(lookup.from.explainedInline) where \(lookup.matching.explained)"
        + " order by \(lookup.order.map(\.explained).joined(separator: ", ")))"
    }
  }

  /// In parentheses where it is a chain of its own.
  private var explainedInside: String {
    switch self {
    case .and(let terms) where terms.count > 1, .or(let terms) where terms.count > 1: "(\(explained))"
    default: explained
    }
  }

  /// The terms of a condition, one each.
  var explainedTerms: [String] {
    if case .and(let terms) = self, !terms.isEmpty { return terms.map(\.explained) }
    return [explained]
  }
}

extension Relation {
  /// A relation inside an expression, on one line.
  fileprivate var explainedInline: String { explained.inline }
}

extension ExplainedNode {
  fileprivate var inline: String {
    let facts = details.keys.sorted().map { "\($0): " + (details[$0] ?? []).joined(separator: ", ") }
    return ([node] + facts + inputs.map { "{ \($0.inline) }" }).joined(separator: " ")
  }
}

extension Literal {
  var explained: String {
    switch self {
    case .integer(let value): String(value)
    case .text(let value): "'" + value.replacing(scalar: "'", with: "''") + "'"
    case .timestamp(let value): "timestamp '\(value)'"
    case .flag(let value): value ? "1" : "0"
    case .null: "null"
    case .placeholder(let name, _): "{{ \(name) }}"
    }
  }
}

extension TimeReading {
  var explained: String {
    switch self {
    case .text(let zone): "text, \(zone)"
    case .local(let zone): "local, \(zone)"
    case .zoned: "zoned"
    case .epochSeconds: "epoch_s"
    case .epochMilliseconds: "epoch_ms"
    case .epochMicroseconds: "epoch_us"
    }
  }
}
