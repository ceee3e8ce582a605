import Foundation

/// A plan, or a part of one, in a form for people and tools: a node's name, what it says, and what it reads.
///
/// ```swift
/// print(plan.explained.tree)
/// ```
public struct ExplainedNode: Hashable, Sendable, Codable {
  /// Such as `insert`, `filter` or `window`.
  public var node: String
  /// What it is for, one sentence.
  public var note: String?
  /// What it says, by name: `condition`, `columns`, `order` … Expressions are in the plan's own notation, which is no
  /// engine's SQL.
  public var details: [String: [String]]
  /// The relations that it reads.
  public var inputs: [ExplainedNode]

  public init(
    _ node: String, note: String? = nil, _ details: [String: [String]] = [:], _ inputs: [ExplainedNode] = []
  ) {
    self.node = node
    self.note = note
    self.details = details.filter { !$0.value.isEmpty }
    self.inputs = inputs
  }

  /// One line a fact, a level deeper for each input.
  public var tree: String { lines(indent: "").joined(separator: "\n") }

  private func lines(indent: String) -> [String] {
    let short = details.keys.sorted().filter { isShort($0) }.map { " \($0)=\(details[$0]?.first ?? "")" }.joined()
    var result = [indent + node + short + (note.map { ": " + $0 } ?? "")]
    for key in details.keys.sorted() where !isShort(key) {
      result.append(indent + "  · \(key)")
      result += (details[key] ?? []).map { indent + "      " + $0 }
    }
    for input in inputs { result += input.lines(indent: indent + "  ") }
    return result
  }

  /// Whether a detail fits beside the node's name.
  private func isShort(_ key: String) -> Bool {
    guard let values = details[key] else { return false }
    return values.count == 1 && values[0].utf8.count <= 40 && !values[0].utf8.contains(UInt8(ascii: " "))
  }

  /// With sorted keys and two blanks a level.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
