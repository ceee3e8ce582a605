internal import SessionPlan

extension Renderer {
  /// A condition as the list of its parts, to be joined by AND.
  func conditions(_ predicate: Expression) throws -> [String] {
    if case .and(let list) = predicate { return try list.flatMap { try conditions($0) }.withoutRepetition }
    let text = try expression(predicate)
    if case .or = predicate { return ["(\(text))"] }
    return [text]
  }

  func expression(_ expression: Expression) throws -> String {
    func part(_ inner: Expression) throws -> String { try operand(inner) }
    func plain(_ inner: Expression) throws -> String { try self.expression(inner) }
    switch expression {
    case .column(let column):
      if let call = calls[column] { return try self.call(call) }
      let name = try quoted(column.name)
      return bare.contains(column.relation) ? name : "\(try quoted(column.relation)).\(name)"
    case .literal(let value): return try literal(value)
    case .compare(let comparison, let a, let b, .value):
      return "\(try part(a)) \(comparison.rawValue) \(try part(b))"
    case .compare(let comparison, let a, let b, .bytes):
      if let isEmpty = asksForNull(comparison, a, b) { return try plain(isEmpty) }
      if comparison == .equal, let template = dialect.queries.equalBytes {
        return try fill(template, ["a": try part(a), "b": try part(b)], "equal_bytes")
      }
      return try intent(.compareBytes, ["a": try part(a), "op": comparison.rawValue, "b": try part(b)])
    case .isSame(let a, let b, let collation):
      return try intent(collation == .bytes ? .isSameBytes : .isSame, ["a": try part(a), "b": try part(b)])
    case .present(let value): return try plain(value)
    case .isNull(let value): return "\(try part(value)) IS NULL"
    case .and(let list): return try joined(list, " AND ", empty: "1 = 1")
    case .or(let list): return try joined(list, " OR ", empty: "1 = 0")
    case .not(.isNull(let value)): return "\(try part(value)) IS NOT NULL"
    case .not(let value): return "NOT (\(try plain(value)))"
    case .exists(let rows):
      return try existence(of: rows)
    case .gapExceeds(let previous, let current, let gap, let boundary):
      return try intent(
        .gapExceeds,
        Self.spans(of: gap.microseconds).merging([
          "previous": try part(previous), "current": try part(current), "op": boundary == .new ? ">=" : ">",
        ]) { $1 })
    case .choose(let all, let last):
      let (branches, otherwise) = flattened(all, last)
      let cases = try branches.map { "WHEN \(try plain($0.when)) THEN \(try plain($0.then))" }
      // Without ELSE it is NULL, of the type of the others.
      if case .literal(.null) = otherwise, branches.contains(where: { !$0.then.isNull }) { return Layout.choice(cases) }
      return Layout.choice(cases + ["ELSE \(try plain(otherwise))"])
    case .coalesce(let list): return "coalesce(\(try list.map { try plain($0) }.joined(separator: ", ")))"
    case .scalar(let rows):
      return try subquery(rows)
    case .lookup(let lookup): return try self.lookup(lookup)
    case .add(let a, let b): return "\(try part(a)) + \(try part(b))"
    case .subtract(let a, let b): return "\(try part(a)) - \(try part(b))"
    case .multiply(let a, let b): return "\(try part(a)) * \(try part(b))"
    case .concatenate(let list): return try concatenation(list)
    default: return try function(expression, part)
    }
  }

  private func concatenation(_ list: [Expression]) throws -> String {
    if list.count > 2, let word = dialect.concatenatingFunction {
      return Layout.call(word, try list.map { try expression($0) })
    }
    guard var result = try list.first.map(operand) else { return try quotedText("") }
    for next in list.dropFirst() {
      let next = try operand(next)
      // What has several lines begins one.
      if next.contains("\n"), dialect.templates[.concatenate]?.hasPrefix("{a} ") == true {
        result += "\n" + (try intent(.concatenate, ["a": "", "b": next])).dropFirst()
      } else {
        result = try intent(.concatenate, ["a": result, "b": next])
      }
    }
    return result
  }

  /// The nodes that are a template of their operands.
  private func function(_ expression: Expression, _ part: (Expression) throws -> String) throws -> String {
    switch expression {
    case .instant(let value) where dialect.timesAreInstants, .timestamp(let value) where dialect.timesAreInstants:
      try self.expression(value)
    case .instant(let value): try intent(.instant, ["a": try part(value)])
    case .timestamp(let value): try intent(.timestamp, ["a": try part(value)])
    case .shift(let value, let microseconds):
      try intent(.shift, Self.spans(of: microseconds).merging(["a": try part(value)]) { $1 })
    case .durationMicroseconds(let from, let to):
      try intent(.durationMicroseconds, ["from": try part(from), "to": try part(to)])
    case .day(let value): try intent(.day, ["a": try part(value)])
    case .serverNow: try intent(.serverNow, [:])
    case .sourceTimestamp(let value, let time): try sourceTimestamp(try part(value), time)
    case .isSourceTimeOutOfRange(let value, let time): try isOutOfRange(try part(value), time)
    case .zoned(let value): try intent(.zoned, ["a": try part(value)])
    case .divide(let a, let b): try intent(.divide, ["a": try part(a), "b": try part(b)])
    case .seconds(let value): try intent(.seconds, ["a": try part(value)])
    case .byteLength(let value): try intent(.byteLength, ["a": try part(value)])
    case .sha256(let value): try intent(.sha256, ["a": try part(value)])
    case .decimalText(let value): try intent(.decimalText, ["a": try part(value)])
    case .timestampText(let value): try intent(.timestampText, ["a": try part(value)])
    case .sourceText(let value): try intent(.sourceText, ["a": try part(value)])
    case .sourceInteger(let value): try intent(.sourceInteger, ["a": try part(value)])
    case .sourceFlag(let value): try intent(.sourceFlag, ["a": try part(value)])
    default:
      throw RenderingError(
        dialect: dialect.name, node: String(describing: expression), message: "the renderer does not know this node")
    }
  }

  private func sourceTimestamp(_ value: String, _ time: TimeReading) throws -> String {
    switch time {
    case .epochSeconds: try intent(.sourceEpochSeconds, ["a": value])
    case .epochMilliseconds: try intent(.sourceEpochMilliseconds, ["a": value])
    case .epochMicroseconds: try intent(.sourceEpochMicroseconds, ["a": value])
    case .text(let zone):
      try inZone(value, zone, utc: .sourceTextTimeUTC, offset: .sourceTextTime, named: .sourceTextTimeZone)
    case .local(let zone):
      try inZone(value, zone, utc: .sourceLocalTimeUTC, offset: .sourceLocalTime, named: .sourceLocalTimeZone)
    case .zoned: try intent(.sourceZonedTime, ["a": value])
    }
  }

  private func inZone(
    _ value: String, _ zone: String, utc: Intent, offset: Intent, named: Intent
  ) throws -> String {
    switch SourceZone(zone) {
    case .utc?: return try intent(utc, ["a": value, "offset_seconds": "0"])
    case .offset(let minutes)?: return try intent(offset, ["a": value, "offset_seconds": String(minutes * 60)])
    case .named(let name)?: return try intent(named, ["a": value, "zone": try quotedText(name)])
    case nil:
      throw RenderingError(dialect: dialect.name, node: "source_timestamp", message: "\(zone) is no time zone")
    }
  }

  private func isOutOfRange(_ value: String, _ time: TimeReading) throws -> String {
    let node: Intent =
      switch time {
      case .text: .isTextTimeOutOfRange
      case .local, .zoned: .isTypedTimeOutOfRange
      case .epochSeconds, .epochMilliseconds, .epochMicroseconds: .isEpochOutOfRange
      }
    return "(" + (try intent(node, ["a": value])) + ")"
  }

  func literal(_ literal: Literal) throws -> String {
    switch literal {
    case .integer(let value): value < 0 ? "(\(value))" : String(value)
    case .text(let value): try fill(dialect.literals.text, ["a": try quotedText(value)], "text literal")
    case .timestamp(let value):
      try fill(dialect.literals.timestamp, ["a": try quotedText(value.description)], "timestamp literal")
    case .flag(let value): value ? "1" : "0"
    case .null(let type):
      try fill(dialect.literals.null, ["type": castType(type)], "null literal")
    case .placeholder(let name, let type):
      switch type {
      case .integer, .flag, .seconds: "{{ \(name) }}"
      case .text: try fill(dialect.literals.text, ["a": "'{{ \(name) }}'"], "text literal")
      case .timestamp, .zonedTimestamp, .instant:
        try fill(dialect.literals.timestamp, ["a": "'{{ \(name) }}'"], "timestamp literal")
      }
    }
  }

  /// Equality with an empty text as a question for NULL, where an empty text is one.
  private func asksForNull(_ comparison: Comparison, _ a: Expression, _ b: Expression) -> Expression? {
    guard dialect.literals.emptyTextIsNull else { return nil }
    let empty = Expression.literal(.text(""))
    guard a == empty || b == empty else { return nil }
    let isNull = Expression.isNull(a == empty ? b : a)
    return switch comparison {
    case .equal: isNull
    case .notEqual: .not(isNull)
    default: nil
    }
  }

  /// A span of time in the forms that engines take.
  private static func spans(of microseconds: Int64) -> [String: String] {
    let sign = microseconds < 0 ? "-" : ""
    let (seconds, fraction) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
    func padded(_ number: UInt64, _ digits: Int) -> String {
      String(repeating: "0", count: max(0, digits - String(number).count)) + String(number)
    }
    let decimals = padded(fraction, 6)
    let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
    let units = [("HOUR", 3_600_000_000), ("MINUTE", 60_000_000), ("SECOND", 1_000_000), ("MICROSECOND", Int64(1))]
    let (unit, size) = units.first { microseconds % $0.1 == 0 } ?? ("MICROSECOND", 1)
    let amount = microseconds / size
    return [
      "amount": String(amount), "unit": unit, "units": unit.lowercased() + (amount.magnitude == 1 ? "" : "s"),
      "microseconds": String(microseconds), "seconds": seconds == 0 ? "0" : sign + String(seconds),
      "fraction": fraction == 0 ? "0" : sign + String(fraction), "decimal_seconds": "\(sign)\(seconds).\(decimals)",
      "sign": sign, "days": String(seconds / 86400), "clock": "\(clock).\(decimals)",
    ]
  }

  private func joined(_ list: [Expression], _ word: String, empty: String) throws -> String {
    if list.isEmpty { return empty }
    let parts = try list.map { inner in
      let text = try expression(inner)
      switch inner {
      case .and, .or: return "(\(text))"
      default: return text
      }
    }
    return Layout.joined(parts.withoutRepetition, word)
  }

  /// An expression where a single value must stand: in parentheses if it is made of parts.
  private func operand(_ inner: Expression) throws -> String {
    let text = try expression(inner)
    switch inner {
    case .instant(let value) where dialect.timesAreInstants, .timestamp(let value) where dialect.timesAreInstants:
      return try operand(value)
    case .compare, .isSame, .isNull, .and, .or, .not, .add, .subtract, .multiply, .concatenate, .gapExceeds,
      .durationMicroseconds, .divide, .shift, .instant, .timestamp, .zoned:
      return "(\(text))"
    case .present(let value): return try operand(value)
    default: return text
    }
  }
}

extension Dialect {
  /// The function that puts texts together, where the engine has one and no operator.
  fileprivate var concatenatingFunction: String? {
    guard let template = templates[.concatenate], template.hasSuffix("({a}, {b})") else { return nil }
    let word = template.dropLast("({a}, {b})".count)
    return word.allSatisfy { $0.isLetter || $0 == "_" } ? String(word) : nil
  }
}

extension [String] {
  /// Each once: a condition that is there twice says no more, such as x IS NOT NULL and x <> '' where the empty text is
  /// NULL (trap T12).
  fileprivate var withoutRepetition: [String] {
    var found: Set<String> = []
    return filter { found.insert($0).inserted }
  }
}

/// A CASE whose ELSE is a CASE is one.
private func flattened(_ branches: [Branch], _ otherwise: Expression) -> ([Branch], Expression) {
  guard case .choose(let more, let last) = otherwise else { return (branches, otherwise) }
  let (rest, end) = flattened(more, last)
  return (branches + rest, end)
}

extension Expression {
  fileprivate var isNull: Bool {
    if case .literal(.null) = self { true } else { false }
  }
}
