/// The values of one column in a batch, in the shape of Arrow, of ODBC's column-wise arrays and of COPY alike.
public struct ColumnVector: Sendable {
  public enum Values: Sendable {
    case int64([Int64])
    case double([Double])
    case text(TextVector)
    /// microseconds since 1970, UTC
    case timestamp([Int64])
  }

  /// One value a row; at a NULL the value is 0 or empty, and means nothing.
  public var values: Values
  /// One entry a row, true where the value is NULL; empty where no value is.
  public var nulls: [Bool]

  public init(values: Values, nulls: [Bool] = []) {
    self.values = values
    self.nulls = nulls
  }

  public init(type: BatchColumnType) {
    values =
      switch type {
      case .int64: .int64([])
      case .double: .double([])
      case .text: .text(TextVector())
      case .timestamp: .timestamp([])
      }
    nulls = []
  }

  public var type: BatchColumnType {
    switch values {
    case .int64: .int64
    case .double: .double
    case .text: .text
    case .timestamp: .timestamp
    }
  }

  public var count: Int {
    switch values {
    case .int64(let values), .timestamp(let values): values.count
    case .double(let values): values.count
    case .text(let values): values.count
    }
  }

  public func isNull(_ row: Int) -> Bool { !nulls.isEmpty && nulls[row] }

  public mutating func appendNull() {
    if nulls.isEmpty { nulls = Array(repeating: false, count: count) }
    nulls.append(true)
    // Each case takes the storage out before it changes it, so that no copy of it is made.
    switch values {
    case .int64(var list):
      values = .int64([])
      list.append(0)
      values = .int64(list)
    case .timestamp(var list):
      values = .int64([])
      list.append(0)
      values = .timestamp(list)
    case .double(var list):
      values = .int64([])
      list.append(0)
      values = .double(list)
    case .text(var list):
      values = .int64([])
      list.appendEmpty()
      values = .text(list)
    }
  }

  /// Appends to an `int64` or `timestamp` column.
  public mutating func append(_ value: Int64) {
    if !nulls.isEmpty { nulls.append(false) }
    switch values {
    case .int64(var list):
      values = .int64([])
      list.append(value)
      values = .int64(list)
    case .timestamp(var list):
      values = .int64([])
      list.append(value)
      values = .timestamp(list)
    case .double, .text: preconditionFailure("an integer in a column of type \(type)")
    }
  }

  public mutating func append(_ value: Double) {
    if !nulls.isEmpty { nulls.append(false) }
    guard case .double(var list) = values else { preconditionFailure("a double in a column of type \(type)") }
    values = .int64([])
    list.append(value)
    values = .double(list)
  }

  public mutating func append(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    if !nulls.isEmpty { nulls.append(false) }
    guard case .text(var list) = values else { preconditionFailure("a text in a column of type \(type)") }
    values = .int64([])
    list.append(utf8: bytes)
    values = .text(list)
  }

  public mutating func append(_ value: String) {
    var copy = value
    copy.withUTF8 { append(utf8: $0) }
  }

  /// The value at a row, for the few places that handle single values; nil at a NULL.
  public subscript(row: Int) -> BatchValue? {
    if isNull(row) { return nil }
    return switch values {
    case .int64(let list): .int64(list[row])
    case .double(let list): .double(list[row])
    case .timestamp(let list): .timestamp(list[row])
    case .text(let list): .text(list[row])
    }
  }
}

/// One value of a batch. Note that Swift compares the texts by canonical equivalence: compare `utf8` where bytes count.
public enum BatchValue: Hashable, Sendable {
  case int64(Int64)
  case double(Double)
  case text(String)
  /// microseconds since 1970, UTC
  case timestamp(Int64)
}
