package import SQLRendering

/// One key of a dialect file: where it stands, what it may be, what it means, and the property that it sets.
///
/// The table of all keys (`DialectKey.all`) is what reading, checking, `dialect new` and `docs/dialects.md` go by: a
/// new property of `Dialect` is one more row.
package struct DialectKey: Sendable {
  package enum Kind: Hashable, Sendable {
    case text
    /// A text with placeholders.
    case template(Placeholders)
    case integer(ClosedRange<Int>)
    case flag
    case word([String])
    /// Texts; a template each where placeholders are given.
    case list(Placeholders?)
    /// Lists of texts by name.
    case lists
    case jobLock
    /// Words by name.
    case words([String])
    /// Mappings with the parts `requirementParts`.
    case requirements
    case spool
    case support
    case trap
  }

  /// Section and name, joined by a dot.
  package var path: String
  package var kind: Kind
  /// Whether `~` is an answer: the engine has no such thing.
  package var isOptional = false
  package var meaning: String
  /// What holds where no file says anything; nil where one must.
  package var standard: KeyValue?
  package var example: KeyValue
  var get: @Sendable (Dialect) -> KeyValue
  var set: @Sendable (inout Dialect, KeyValue) -> Void

  package var section: String { String(path.prefix { $0 != "." }) }
  package var name: String { String(path.drop { $0 != "." }.dropFirst()) }

  /// Puts a text into a dialect.
  package func put(_ text: String, into dialect: inout Dialect) { set(&dialect, .text(text)) }

  /// Answers ~ in a dialect.
  package func takeAway(from dialect: inout Dialect) { set(&dialect, .none) }

  /// The value in a dialect.
  package func value(in dialect: Dialect) -> KeyValue { get(dialect) }
}

// MARK: Rows

/// A property of `Dialect` that a key sets.
typealias Property<Value> = WritableKeyPath<Dialect, Value> & Sendable

extension DialectKey {
  static func text(
    _ path: String, _ property: any Property<String>, _ meaning: String, takes placeholders: Placeholders? = nil,
    or standard: String? = nil, example: String
  ) -> DialectKey {
    DialectKey(
      path: path, kind: placeholders.map(Kind.template) ?? .text, meaning: meaning,
      standard: standard.map(KeyValue.text),
      example: .text(example),
      get: { .text($0[keyPath: property]) }, set: { $0[keyPath: property] = $1.text ?? "" })
  }

  /// - Parameter mustAnswer: false where `~` is what holds without an answer.
  static func optional(
    _ path: String, _ property: any Property<String?>, _ meaning: String, takes placeholders: Placeholders? = nil,
    mustAnswer: Bool = true, example: String
  ) -> DialectKey {
    DialectKey(
      path: path, kind: placeholders.map(Kind.template) ?? .text, isOptional: true, meaning: meaning,
      standard: mustAnswer ? nil : KeyValue.none, example: .text(example),
      get: { $0[keyPath: property].map(KeyValue.text) ?? .none }, set: { $0[keyPath: property] = $1.text })
  }

  static func flag(
    _ path: String, _ property: any Property<Bool>, _ meaning: String, or standard: Bool? = nil, example: Bool = false
  ) -> DialectKey {
    DialectKey(
      path: path, kind: .flag, meaning: meaning, standard: standard.map(KeyValue.flag), example: .flag(example),
      get: { .flag($0[keyPath: property]) }, set: { $0[keyPath: property] = $1 == .flag(true) })
  }

  static func integer(
    _ path: String, _ property: any Property<Int>, in range: ClosedRange<Int>, _ meaning: String,
    or standard: Int? = nil,
    example: Int
  ) -> DialectKey {
    DialectKey(
      path: path, kind: .integer(range), meaning: meaning, standard: standard.map(KeyValue.integer),
      example: .integer(example), get: { .integer($0[keyPath: property]) },
      set: { if case .integer(let value) = $1 { $0[keyPath: property] = value } })
  }

  static func word<Word: RawRepresentable & CaseIterable & Sendable>(
    _ path: String, _ property: any Property<Word>, _ meaning: String, or standard: Word? = nil, example: Word
  ) -> DialectKey where Word.RawValue == String {
    DialectKey(
      path: path, kind: .word(Word.allCases.map(\.rawValue.inSnakeCase)), meaning: meaning,
      standard: standard.map { .text($0.rawValue.inSnakeCase) }, example: .text(example.rawValue.inSnakeCase),
      get: { .text($0[keyPath: property].rawValue.inSnakeCase) },
      set: { dialect, value in
        guard let word = Word.allCases.first(where: { $0.rawValue.inSnakeCase == value.text }) else { return }
        dialect[keyPath: property] = word
      })
  }

  /// One of some words for each of any names.
  static func words<Word: RawRepresentable & Sendable>(
    _ path: String, _ property: any Property<[String: Word]>, among words: [Word], _ meaning: String,
    example: [String: Word]
  ) -> DialectKey where Word.RawValue == String {
    func texts(_ values: [String: Word]) -> KeyValue { .mapping(values.mapValues { .text($0.rawValue.inSnakeCase) }) }
    return DialectKey(
      path: path, kind: .words(words.map(\.rawValue.inSnakeCase)), meaning: meaning, standard: .mapping([:]),
      example: texts(example),
      get: { dialect in .mapping(dialect[keyPath: property].mapValues { .text($0.rawValue.inSnakeCase) }) },
      set: { dialect, value in
        guard case .mapping(let entries) = value else { return }
        dialect[keyPath: property] = entries.compactMapValues { entry in
          words.first { $0.rawValue.inSnakeCase == entry.text }
        }
      })
  }

  static func list(
    _ path: String, _ property: any Property<[String]>, _ meaning: String, takes placeholders: Placeholders? = nil,
    or standard: [String]? = nil, example: [String]
  ) -> DialectKey {
    DialectKey(
      path: path, kind: .list(placeholders), isOptional: true, meaning: meaning, standard: standard.map(KeyValue.list),
      example: .list(example), get: { .list($0[keyPath: property]) }, set: { $0[keyPath: property] = $1.list })
  }
}

extension String {
  /// `beforeInsert` as `before_insert`.
  var inSnakeCase: String {
    reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }
}
