internal import Foundation
internal import SessionPlan

/// How messages are written on standard error and in a log file.
public enum MessageFormat: String, CaseIterable, Sendable {
  /// A line with its time and level.
  case text
  /// A JSON object a line: `time`, `level`, `message`, and what else is known.
  case json
}

/// How much a message matters.
public enum MessageLevel: String, Sendable {
  case debug, info, warning, error
}

/// Something that a program wants to know of a message or a result.
public struct Fact: Hashable, Sendable {
  public enum Value: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    /// An exact decimal number.
    case decimal(String)
    /// Not known, or not said by the engine.
    case unknown
  }

  public var name: String
  public var value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  init(_ name: String, _ text: String?) { self.init(name, text.map(Value.text) ?? .unknown) }

  init(_ name: String, _ number: Int64?) { self.init(name, number.map(Value.integer) ?? .unknown) }

  /// A span in seconds, with six decimals.
  init(_ name: String, seconds duration: Duration) {
    let microseconds = Int64(duration / .microseconds(1))
    let fraction = String(microseconds % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - fraction.utf8.count)
    self.init(name, .decimal("\(microseconds / 1_000_000).\(zeros)\(fraction)"))
  }
}

/// One message as a line of a log.
struct Message {
  var level: MessageLevel
  var text: String
  var facts: [Fact] = []

  /// - Parameter time: microseconds since 1970
  func line(_ format: MessageFormat, at time: Int64) -> String {
    let moment = Timestamp(microseconds: time).description.replacing(" ", with: "T") + "Z"
    switch format {
    case .text:
      // A statement has several lines; each line of a log is a message.
      let words = facts.map { " \($0.name)=\(Self.plain($0.value))" }.joined()
      return "\(moment) \(level.rawValue): " + DisplayText.visible(text + words)
    case .json:
      var line = OutputBuffer(NoSink())
      line.append("{\"time\":\"\(moment)\",\"level\":\"\(level.rawValue)\",\"message\":")
      line.append(json: Array(text.utf8)[...], isTerminal: true)
      for fact in facts {
        line.append(",")
        line.append(json: Array(fact.name.utf8)[...])
        line.append(":")
        switch fact.value {
        case .text(let text): line.append(json: Array(text.utf8)[...], isTerminal: true)
        case .integer(let number): line.append(number)
        case .decimal(let number): line.append(number)
        case .unknown: line.append("null")
        }
      }
      line.append("}")
      return String(decoding: line.bytes, as: UTF8.self)
    }
  }

  private static func plain(_ value: Fact.Value) -> String {
    switch value {
    case .text(let text): text.contains(" ") ? "\"\(text)\"" : text
    case .integer(let number): String(number)
    case .decimal(let number): number
    case .unknown: "-"
    }
  }
}
