internal import SessionPlan

/// Which fields of a record become what. A format fills `values`, a slot for each name of `names`.
struct FieldPlan {
  /// The names of all fields that are needed, each once.
  private(set) var names: [String] = []
  private(set) var event: FieldRule?
  private(set) var user: FieldRule
  private(set) var time: FieldRule
  private(set) var page: FieldRule?
  private(set) var attributes: [FieldRule] = []
  private(set) var only: CompiledFilter?
  private let nullTexts: [[UInt8]]
  let arena = TextArena()

  /// - Parameters:
  ///   - isName: whether a whole text is the name of a field, so that its `+` and `|` mean nothing
  ///   - event, page: the names to take; nil where there is none
  init(
    _ options: LoadOptions, event: String?, page: String?, isName: (String) -> Bool
  ) {
    var names: [String] = []
    func slot(_ name: String) -> Int {
      if let index = names.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) { return index }
      names.append(name)
      return names.count - 1
    }
    func rule(_ text: String, _ join: FieldJoin, _ meaning: String) -> FieldRule {
      let expression = isName(text) ? FieldExpression(names: [[text]]) : FieldExpression(text)
      return FieldRule(
        text: text, meaning: meaning, alternatives: expression.alternatives.map { $0.map(slot) }, join: join)
    }
    self.event = event.map { rule($0, .key, "the event id") }
    user = rule(options.columns.userID, .key, "the user id")
    time = rule(options.columns.pageViewAt, .time, "the time")
    self.page = page.map { rule($0, .text, "the page") }
    attributes = options.attributes.map { rule($0.column, .text, "the attribute \($0.name)") }
    only = options.only.map { CompiledFilter($0, slot: slot) }
    nullTexts = options.nullTexts.map { Array($0.utf8) }
    self.names = names
  }

  /// The rules that name fields, for messages.
  var rules: [FieldRule] { [event, user, time, page].compactMap(\.self) + attributes }

  func isNull(_ bytes: Bytes) -> Bool { nullTexts.contains(where: bytes.equals) }

  var hasNullTexts: Bool { !nullTexts.isEmpty }

  /// The value of a rule; nil for NULL.
  func value(_ rule: FieldRule, _ values: [FieldValue?]) -> FieldValue? {
    if rule.isSingle { return values[rule.alternatives[0][0]] }
    for parts in rule.alternatives {
      if parts.count == 1 {
        if let value = values[parts[0]], !value.bytes.isEmpty { return value }
      } else if let text = joined(parts.map { values[$0]?.bytes }, rule.join), !text.isEmpty {
        return FieldValue(bytes: text)
      }
    }
    return nil
  }

  private func joined(_ parts: [Bytes?], _ join: FieldJoin) -> Bytes? {
    if join == .text {
      if parts.allSatisfy({ $0 == nil }) { return nil }
    } else if parts.contains(where: { $0?.isEmpty ?? true }) {
      return nil
    }
    let size = parts.reduce(0) { $0 + 2 * ($1?.count ?? 0) + 1 }
    let room = arena.room(size)
    var count = 0
    func append(_ byte: UInt8) {
      room[count] = byte
      count += 1
    }
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      for byte in part ?? Bytes(start: nil, count: 0) {
        if join == .key, !isLast, byte == UInt8(ascii: "-") || byte == ASCII.backslash { append(ASCII.backslash) }
        append(byte)
      }
      if !isLast, join != .text { append(join == .key ? UInt8(ascii: "-") : ASCII.blank) }
    }
    return Bytes(rebasing: Bytes(room)[..<count])
  }
}

/// Where a value comes from: slots of a `FieldPlan`.
struct FieldRule {
  /// As the user wrote it.
  var text: String
  var meaning: String
  var alternatives: [[Int]]
  var join: FieldJoin

  var isSingle: Bool { alternatives.count == 1 && alternatives[0].count == 1 }
}
