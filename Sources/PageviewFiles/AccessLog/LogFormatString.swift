/// A format of lines in GoAccess's words, compiled.
///
/// `%h` client, `~h{, }` list of X-Forwarded-For (its first address counts), `%e` authenticated user, `%v` virtual host,
/// `%x` date and time, `%x{epoch_s}` a number of seconds since 1970, `%d` date, `%t` time, `%r` request line, `%m` method, `%U` path, `%q` query, `%H` protocol,
/// `%s` status, `%b` size, `%R` referrer, `%u` user agent, `%D` `%T` `%L` durations, `%^` anything, `%~` blanks, `%%`.
/// A field goes on up to the text that follows it in the format; between quotes, backslashes escape.
struct LogFormatString: Hashable, Sendable {
  enum Field: Hashable, Sendable {
    case client, clients, clientWithPort, forwarded, user, host, moment, date, time, request, method, path, query,
      status, size
    case referrer, agent, number, anything
  }

  /// What comes next in a line. A step has no memory of its own, so that a line is matched without counting references.
  struct Step: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
      /// The text in `literals`.
      case literal
      /// A field up to the text in `literals`, which is left; none: up to the end of the line.
      case field(Field)
      /// A field in quotes, up to the closing one, which is left.
      case quoted(Field)
      case blanks
    }

    var kind: Kind
    /// Where its text is in `literals`.
    var start = 0
    var count = 0
  }

  let text: String
  let steps: [Step]
  let literals: [UInt8]
  /// What its times count since 1970; nil where they are texts.
  let timeUnit: FileTimeFormat?
  /// Whether it names a list of forwarded addresses besides the client.
  let hasForwarded: Bool

  private enum Part {
    case literal(String)
    case field(Field)
    case blanks
  }

  init(text: String) throws(LogFormatError) {
    self.text = text
    var parts: [Part] = []
    // The zone belongs to the time: GoAccess passes over it, which shifts times.
    var rest = text.replacing("\\t", with: "\t").replacing("%d:%t %^", with: "%x").replacing("%d:%t", with: "%x")
      .replacing("%h:%^ ", with: "%1 ")
      .unicodeScalars[...]
    func append(_ literal: String) {
      if case .literal(let before)? = parts.last {
        parts[parts.count - 1] = .literal(before + literal)
      } else {
        parts.append(.literal(literal))
      }
    }
    var unit: FileTimeFormat?
    while let scalar = rest.popFirst() {
      if scalar == "~", rest.first == "h" {
        rest.removeFirst()
        guard rest.popFirst() == "{", let close = rest.firstIndex(of: "}") else {
          throw LogFormatError(description: "~h is followed by the characters between addresses: ~h{, }")
        }
        rest = rest[rest.index(after: close)...]
        parts.append(.field(.forwarded))
        continue
      }
      guard scalar == "%" else {
        append(String(scalar))
        continue
      }
      guard let letter = rest.popFirst() else { throw LogFormatError(description: "the format ends with a lone %") }
      if letter == "%" {
        append("%")
      } else if letter == "~" {
        parts.append(.blanks)
      } else if let field = Self.field(letter) {
        parts.append(.field(field))
        if field == .moment { unit = try Self.unit(&rest) ?? unit }
      } else {
        throw LogFormatError(description: "'%\(letter)' is not known in a log format")
      }
    }
    // The first list is the client where nothing else is.
    let isClientNamed = parts.contains { part in
      if case .field(.client) = part { true } else if case .field(.clientWithPort) = part { true } else { false }
    }
    if !isClientNamed,
      let first = parts.firstIndex(where: { if case .field(.forwarded) = $0 { true } else { false } })
    {
      parts[first] = .field(.clients)
    }
    (steps, literals) = try Self.steps(parts)
    timeUnit = unit
    let fields = Set(parts.compactMap { if case .field(let field) = $0 { field } else { nil } })
    hasForwarded = fields.contains(.forwarded)
    if fields.isDisjoint(with: [.client, .clients, .clientWithPort, .user]) {
      throw LogFormatError(description: "the format names no client: %h, ~h{, } or %e")
    }
    if !fields.contains(.moment), !(fields.contains(.date) && fields.contains(.time)) {
      throw LogFormatError(description: "the format names no time: %x, or %d and %t")
    }
    if fields.isDisjoint(with: [.request, .path]) {
      throw LogFormatError(description: "the format names no page: %r or %U")
    }
  }

  /// What stands behind `%x` in braces: `{epoch_ms}`. Other braces are text.
  private static func unit(_ rest: inout Substring.UnicodeScalarView) throws(LogFormatError) -> FileTimeFormat? {
    guard rest.starts(with: "{epoch".unicodeScalars) else { return nil }
    let word = rest.dropFirst().prefix { $0 != "}" }
    guard let unit = try? FileTimeFormat(text: String(word)), unit.isEpoch, word.endIndex < rest.endIndex else {
      throw LogFormatError(
        description: "'\(String(word))' is not a unit of times: write %x{epoch_s}, epoch_ms, epoch_us or epoch_ns")
    }
    rest = rest[rest.index(after: word.endIndex)...]
    return unit
  }

  private static func field(_ letter: Unicode.Scalar) -> Field? {
    switch letter {
    case "h": .client
    case "1": .clientWithPort
    case "e": .user
    case "v": .host
    case "x": .moment
    case "d": .date
    case "t": .time
    case "r": .request
    case "m": .method
    case "U": .path
    case "q": .query
    case "s": .status
    case "b": .size
    case "R": .referrer
    case "u": .agent
    case "D", "T", "L": .number
    case "^", "H", "C", "K", "k", "M", "n": .anything
    default: nil
    }
  }

  private static func steps(_ parts: [Part]) throws(LogFormatError) -> (steps: [Step], literals: [UInt8]) {
    var steps: [Step] = []
    var literals: [UInt8] = []
    func append(_ kind: Step.Kind, _ text: String) {
      steps.append(Step(kind: kind, start: literals.count, count: text.utf8.count))
      literals += text.utf8
    }
    for (index, part) in parts.enumerated() {
      switch part {
      case .literal(let literal): append(.literal, literal)
      case .blanks: append(.blanks, "")
      case .field(let field):
        var end = ""
        if index + 1 < parts.count {
          switch parts[index + 1] {
          case .literal(let literal): end = literal
          case .blanks: end = " "
          case .field:
            throw LogFormatError(description: "two fields of the format follow each other with nothing between")
          }
        }
        var isQuoted = false
        if index > 0, case .literal(let before) = parts[index - 1] {
          isQuoted = before.hasSuffix("\"") && end.hasPrefix("\"")
        }
        append(isQuoted ? .quoted(field) : .field(field), end)
      }
    }
    return (steps, literals)
  }
}

/// Why a text is not a log format.
public struct LogFormatError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
}
