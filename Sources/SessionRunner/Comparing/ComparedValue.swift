internal import SessionPlan
internal import WarehouseDriver

/// A value as it is compared: texts by the bytes of UTF-8, never by what Swift takes for the same characters.
public enum ComparedValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case double(Double)
  /// microseconds since 1970, UTC
  case timestamp(Int64)
  case text([UInt8])

  init(_ column: ColumnVector, _ row: Int) {
    if column.isNull(row) {
      self = .null
      return
    }
    switch column.values {
    case .int64(let values): self = .integer(values[row])
    case .double(let values): self = .double(values[row])
    case .timestamp(let values): self = .timestamp(values[row])
    case .text(let values): self = .text(Array(values.utf8(row)))
    }
  }
}

extension ComparedValue: Comparable {
  /// NULL first, numbers and times by value, texts by bytes: the order in which engines are asked for ids.
  public static func < (a: ComparedValue, b: ComparedValue) -> Bool {
    switch (a, b) {
    case (.null, .null): false
    case (.null, _): true
    case (_, .null): false
    case (.integer(let a), .integer(let b)), (.timestamp(let a), .timestamp(let b)): a < b
    case (.double(let a), .double(let b)): a < b
    case (.text(let a), .text(let b)): a.lexicographicallyPrecedes(b)
    default: a.kind < b.kind
    }
  }

  private var kind: Int {
    switch self {
    case .null: 0
    case .integer: 1
    case .double: 2
    case .timestamp: 3
    case .text: 4
    }
  }
}

/// One row of a comparison; its first value is its id.
public struct ComparedRow: Hashable, Sendable, Comparable {
  public var values: [ComparedValue]

  public init(_ values: [ComparedValue]) { self.values = values }

  var id: ComparedValue { values[0] }

  public static func < (a: ComparedRow, b: ComparedRow) -> Bool { a.values.lexicographicallyPrecedes(b.values) }
}

extension ComparedValue {
  /// As an export writes it; NULL as nothing.
  public var text: String {
    switch self {
    case .null: ""
    case .integer(let number): String(number)
    case .double(let number): String(number)
    case .timestamp(let moment): Timestamp(microseconds: moment).description
    case .text(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }
}
