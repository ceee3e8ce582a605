internal import SessionPlan

/// A `RowFilter` whose fields are slots of a record.
indirect enum CompiledFilter {
  case compare(slot: Int, isLowered: Bool, SourceFilter.Comparison, Literal)
  case isIn(slot: Int, isLowered: Bool, [Literal])
  case isNull(slot: Int)
  case like(slot: Int, isLowered: Bool, [Unicode.Scalar])
  case not(CompiledFilter)
  case and(CompiledFilter, CompiledFilter)
  case or(CompiledFilter, CompiledFilter)

  enum Literal {
    case text([UInt8])
    case integer(Int64)

    init(_ value: SourceFilter.Value) {
      switch value {
      case .text(let text): self = .text(Array(text.utf8))
      case .integer(let number): self = .integer(number)
      }
    }
  }

  init(_ filter: RowFilter, slot: (String) -> Int) {
    switch filter {
    case .compare(let operand, let comparison, let value):
      self = .compare(slot: slot(operand.field), isLowered: operand.isLowered, comparison, Literal(value))
    case .isIn(let operand, let values):
      self = .isIn(slot: slot(operand.field), isLowered: operand.isLowered, values.map(Literal.init))
    case .isNull(let operand): self = .isNull(slot: slot(operand.field))
    case .isNotNull(let operand): self = .not(.isNull(slot: slot(operand.field)))
    case .like(let operand, let pattern):
      self = .like(slot: slot(operand.field), isLowered: operand.isLowered, Array(pattern.unicodeScalars))
    case .not(let inner): self = .not(CompiledFilter(inner, slot: slot))
    case .and(let left, let right):
      self = .and(CompiledFilter(left, slot: slot), CompiledFilter(right, slot: slot))
    case .or(let left, let right):
      self = .or(CompiledFilter(left, slot: slot), CompiledFilter(right, slot: slot))
    }
  }

  /// Whether the record belongs to what is loaded: the filter is true, and neither false nor unknown.
  func holds(_ values: [FieldValue?]) -> Bool { evaluate(values) == true }

  /// nil is SQL's unknown.
  private func evaluate(_ values: [FieldValue?]) -> Bool? {
    switch self {
    case .compare(let slot, let isLowered, let comparison, let literal):
      return values[slot].flatMap { Self.compare($0, isLowered, literal) }.map { Self.judge($0, comparison) }
    case .isIn(let slot, let isLowered, let literals):
      guard let value = values[slot] else { return nil }
      var isUnknown = false
      for literal in literals {
        guard let order = Self.compare(value, isLowered, literal) else {
          isUnknown = true
          continue
        }
        if order == 0 { return true }
      }
      return isUnknown ? nil : false
    case .isNull(let slot): return values[slot] == nil
    case .like(let slot, let isLowered, let pattern):
      return values[slot].map { Self.matches(Self.scalars($0, isLowered), pattern) }
    case .not(let inner): return inner.evaluate(values).map { !$0 }
    case .and(let left, let right):
      let first = left.evaluate(values)
      if first == false { return false }
      let second = right.evaluate(values)
      return second == false ? false : first == nil || second == nil ? nil : true
    case .or(let left, let right):
      let first = left.evaluate(values)
      if first == true { return true }
      let second = right.evaluate(values)
      return second == true ? true : first == nil || second == nil ? nil : false
    }
  }

  /// Below 0, 0 or above 0. nil where a text is no number and is compared with one.
  private static func compare(_ value: FieldValue, _ isLowered: Bool, _ literal: Literal) -> Int? {
    switch literal {
    case .integer(let wanted):
      return compare(value.bytes, with: wanted)
    case .text(let wanted):
      if isLowered {
        let lowered = Array(String(decoding: value.bytes, as: UTF8.self).lowercased().utf8)
        return order(lowered, wanted)
      }
      return order(value.bytes, wanted)
    }
  }

  /// A number as digits with perhaps a fraction: programs write whole numbers as `1.0`, too.
  private static func compare(_ bytes: Bytes, with wanted: Int64) -> Int? {
    var digits = bytes[...]
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    var hasFraction = false
    if let point = digits.firstIndex(of: UInt8(ascii: ".")) {
      let fraction = digits[(point + 1)...]
      guard !fraction.isEmpty, fraction.allSatisfy({ 48...57 ~= $0 }) else { return nil }
      hasFraction = fraction.contains { $0 != UInt8(ascii: "0") }
      digits = digits[..<point]
    }
    guard let number = IntegerText.value(digits, isNegative: isNegative) else { return nil }
    if number == wanted { return hasFraction ? (isNegative ? -1 : 1) : 0 }
    return number < wanted ? -1 : 1
  }

  private static func order(_ left: some Sequence<UInt8>, _ right: [UInt8]) -> Int {
    if left.elementsEqual(right) { return 0 }
    return left.lexicographicallyPrecedes(right) ? -1 : 1
  }

  private static func judge(_ order: Int, _ comparison: SourceFilter.Comparison) -> Bool {
    switch comparison {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }

  private static func scalars(_ value: FieldValue, _ isLowered: Bool) -> [Unicode.Scalar] {
    let text = String(decoding: value.bytes, as: UTF8.self)
    return Array((isLowered ? text.lowercased() : text).unicodeScalars)
  }

  /// `%` and `_`. On a mismatch only the last `%` takes one more, so the work is at most the product of the lengths.
  static func matches(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
    var index = 0
    var place = 0
    var retry: (index: Int, place: Int)?
    while index < text.count {
      if place < pattern.count, pattern[place] == "%" {
        retry = (index, place + 1)
        place += 1
      } else if place < pattern.count, pattern[place] == "_" || pattern[place] == text[index] {
        index += 1
        place += 1
      } else if let last = retry {
        retry = (last.index + 1, last.place)
        (index, place) = (last.index + 1, last.place)
      } else {
        return false
      }
    }
    while place < pattern.count, pattern[place] == "%" { place += 1 }
    return place == pattern.count
  }
}
