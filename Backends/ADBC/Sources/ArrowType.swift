internal import CADBC
internal import SessionPlan
internal import WarehouseDriver

/// The types of Arrow's columns that can be read, by their format strings
/// (https://arrow.apache.org/docs/format/CDataInterface.html#data-type-description-format-strings).
enum ArrowType: Hashable {
  /// Bytes of each value, and whether it has a sign.
  case integer(width: Int, isSigned: Bool)
  case boolean
  case float, double
  /// Texts or bytes with offsets of 4 or 8 bytes.
  case text(isLarge: Bool)
  /// Texts or bytes in views of 16 bytes each.
  case view
  case fixedBytes(Int)
  case decimal(scale: Int, bytes: Int)
  /// Days since 1970.
  case days
  /// Milliseconds since 1970: Arrow's date64.
  case dateMilliseconds
  /// Since 1970; so many in a second.
  case timestamp(perSecond: Int64)
  case null

  /// nil for a type that has no place in a batch.
  init?(_ format: String) {
    switch format {
    case "c": self = .integer(width: 1, isSigned: true)
    case "C": self = .integer(width: 1, isSigned: false)
    case "s": self = .integer(width: 2, isSigned: true)
    case "S": self = .integer(width: 2, isSigned: false)
    case "i": self = .integer(width: 4, isSigned: true)
    case "I": self = .integer(width: 4, isSigned: false)
    case "l": self = .integer(width: 8, isSigned: true)
    case "L": self = .integer(width: 8, isSigned: false)
    case "b": self = .boolean
    case "f": self = .float
    case "g": self = .double
    case "u", "z": self = .text(isLarge: false)
    case "U", "Z": self = .text(isLarge: true)
    case "vu", "vz": self = .view
    case "n": self = .null
    case "tdD": self = .days
    case "tdm": self = .dateMilliseconds
    case _ where format.hasPrefix("tss:"): self = .timestamp(perSecond: 1)
    case _ where format.hasPrefix("tsm:"): self = .timestamp(perSecond: 1000)
    case _ where format.hasPrefix("tsu:"): self = .timestamp(perSecond: 1_000_000)
    case _ where format.hasPrefix("tsn:"): self = .timestamp(perSecond: 1_000_000_000)
    case _ where format.hasPrefix("w:"):
      guard let bytes = Int(format.dropFirst(2)), bytes > 0 else { return nil }
      self = .fixedBytes(bytes)
    case _ where format.hasPrefix("d:"):
      let numbers = format.dropFirst(2).split(separator: ",").map { Int($0) }
      guard numbers.count >= 2, let scale = numbers[1], !numbers.contains(nil) else { return nil }
      let bits = numbers.count > 2 ? numbers[2] ?? 128 : 128
      guard [32, 64, 128].contains(bits), (0...38).contains(scale) else { return nil }
      self = .decimal(scale: scale, bytes: bits / 8)
    default: return nil
    }
  }

  /// The form in which a column travels where the caller leaves it to the engine.
  var usual: BatchColumnType {
    switch self {
    case .integer, .boolean, .null: .int64
    case .float, .double: .double
    case .text, .view, .fixedBytes, .decimal: .text
    case .days, .dateMilliseconds, .timestamp: .timestamp
    }
  }

  /// What the plan takes a column of this type for.
  var valueType: ValueType? {
    switch self {
    case .integer: .integer
    case .boolean: .flag
    case .text, .view, .fixedBytes, .decimal: .text
    case .days, .dateMilliseconds, .timestamp: .timestamp
    case .float, .double, .null: nil
    }
  }
}
