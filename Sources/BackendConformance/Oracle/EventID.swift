/// The id of a pageview or of a session: integers compare by value, text by bytes. One job has ids of one kind.
public enum EventID: Hashable, Sendable {
  case integer(Int64)
  case text(ByteKey)

  /// As an export shows it: an integer in decimal.
  public var bytes: [UInt8] {
    switch self {
    case .integer(let value): Array(String(value).utf8)
    case .text(let key): key.bytes
    }
  }
}

extension EventID: Comparable {
  public static func < (a: EventID, b: EventID) -> Bool {
    switch (a, b) {
    case (.integer(let a), .integer(let b)): a < b
    case (.text(let a), .text(let b)): a < b
    case (.integer, .text): true
    case (.text, .integer): false
    }
  }
}

extension EventID: CustomStringConvertible {
  public var description: String { String(decoding: bytes, as: UTF8.self) }
}
