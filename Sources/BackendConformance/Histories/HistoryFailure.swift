/// A law that a player broke.
public struct HistoryFailure: Hashable, Sendable {
  /// The law, or what else went wrong.
  public var law: String
  /// The step after which it was seen, counted from 0.
  public var step: Int
  public var detail: String

  public init(law: String, step: Int, detail: String) {
    self.law = law
    self.step = step
    self.detail = detail
  }
}

extension HistoryFailure: CustomStringConvertible {
  public var description: String { "\(law), after step \(step):\n\(detail)" }
}

/// The lines in which two texts differ.
enum LineDifference {
  static func text(expected: [UInt8], actual: [UInt8]) -> String {
    let wanted = lines(expected)
    let found = lines(actual)
    let missing = wanted.filter { !Set(found).contains($0) }
    let surplus = found.filter { !Set(wanted).contains($0) }
    if missing.isEmpty && surplus.isEmpty { return "  the same lines in another order or number:\n  \(found)" }
    return (missing.map { "  missing: \($0)" } + surplus.map { "  surplus: \($0)" }).joined(separator: "\n")
  }

  private static func lines(_ bytes: [UInt8]) -> [ByteKey] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { ByteKey(Array($0)) }
  }
}
