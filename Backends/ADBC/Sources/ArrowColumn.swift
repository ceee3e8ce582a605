internal import CADBC
internal import ConnectionCore
internal import SessionPlan
internal import WarehouseDriver

/// Reads one column of Arrow arrays as values of one type.
///
/// Nothing is rounded, and nothing that does not fit is let through: an error names the column.
struct ArrowColumn {
  let column: BatchColumn
  private let type: ArrowType
  /// The texts that a column of numbers stands for.
  private let dictionary: ArrowType?

  /// - Parameter wanted: nil leaves it to the engine
  init(_ schema: ArrowSchema, as wanted: BatchColumnType?) throws(DriverError) {
    let name = schema.name.map { String(cString: $0) } ?? ""
    let format = schema.format.map { String(cString: $0) } ?? ""
    guard let type = ArrowType(format) else {
      throw DriverError(
        .wrongColumn, phase: .fetch, "column \(name) has a type that cannot be read here (Arrow's \(format))",
        remedy: "cast it in the source, or leave it out")
    }
    var texts: ArrowType?
    if let values = schema.dictionary {
      texts = values.pointee.format.map { String(cString: $0) }.flatMap { ArrowType($0) }
      guard let texts, texts.usual == .text, type.usual == .int64 else {
        throw DriverError(
          .wrongColumn, phase: .fetch, "column \(name) has a dictionary that cannot be read here",
          remedy: "cast it in the source, or leave it out")
      }
    }
    self.type = type
    dictionary = texts
    column = BatchColumn(name, wanted ?? (texts ?? type).usual)
  }

  /// All values of an array.
  ///
  /// - Parameters:
  ///   - offset, count: of the rows, where the array is a part of another
  func read(_ array: ArrowArray, offset: Int, count: Int) throws(DriverError) -> ColumnVector {
    let start = offset + Int(array.offset)
    let nulls = Nulls(array, start: start, isAll: type == .null)
    var vector = ColumnVector(type: column.type)
    if let dictionary, let values = array.dictionary {
      let keys = integers(array, start: start)
      for row in 0..<count {
        if nulls[row] {
          vector.appendNull()
          continue
        }
        let key = try keys(row)
        guard key >= 0, key < values.pointee.length else { throw misfit("a key that its dictionary does not have") }
        let index = Int(values.pointee.offset) + Int(key)
        try append(bytes(values.pointee, dictionary, at: index), to: &vector)
      }
      return vector
    }
    switch (type, column.type) {
    case (.integer(width: 8, isSigned: true), .int64):
      let values = buffer(array, 1, of: Int64.self)
      for row in 0..<count { if nulls[row] { vector.appendNull() } else { vector.append(values[start + row]) } }
    case (.integer, _), (.boolean, _):
      let value = integers(array, start: start)
      for row in 0..<count {
        if nulls[row] { vector.appendNull() } else { try append(integer: try value(row), to: &vector) }
      }
    case (.float, _), (.double, _):
      for row in 0..<count {
        if nulls[row] {
          vector.appendNull()
        } else {
          let value =
            type == .float
            ? Double(buffer(array, 1, of: Float.self)[start + row]) : buffer(array, 1, of: Double.self)[start + row]
          try append(double: value, to: &vector)
        }
      }
    case (.text, .text), (.view, .text):
      if !nulls.hasAny, case .text(let isLarge) = type {
        var texts = TextVector()
        appendTexts(array, isLarge: isLarge, start: start, count: count, to: &texts)
        return ColumnVector(values: .text(texts))
      }
      for row in 0..<count {
        if nulls[row] { vector.appendNull() } else { vector.append(utf8: bytes(array, type, at: start + row)) }
      }
    case (.text, _), (.view, _), (.fixedBytes, _):
      for row in 0..<count {
        if nulls[row] { vector.appendNull() } else { try append(bytes(array, type, at: start + row), to: &vector) }
      }
    case (.decimal(let scale, let width), _):
      for row in 0..<count {
        if nulls[row] {
          vector.appendNull()
        } else {
          let text = Array(ArrowDecimal.text(array.buffers[1]!, at: start + row, width: width, scale: scale).utf8)
          try text.withUnsafeBufferPointer { bytes throws(DriverError) in try append(bytes, to: &vector) }
        }
      }
    case (.days, _), (.dateMilliseconds, _), (.timestamp, _):
      for row in 0..<count {
        if nulls[row] { vector.appendNull() } else { try append(time: microseconds(array, start + row), to: &vector) }
      }
    case (.null, _):
      for _ in 0..<count { vector.appendNull() }
    }
    return vector
  }

  // MARK: One value

  private func append(integer: Int64, to vector: inout ColumnVector) throws(DriverError) {
    switch column.type {
    case .int64: vector.append(integer)
    case .double: vector.append(Double(integer))
    case .text: vector.append(String(integer))
    case .timestamp: throw misfit("a number")
    }
  }

  private func append(double: Double, to vector: inout ColumnVector) throws(DriverError) {
    switch column.type {
    case .double: vector.append(double)
    case .text: vector.append("\(double)")
    case .int64:
      guard let whole = Int64(exactly: double) else { throw misfit("a number that is not whole") }
      vector.append(whole)
    case .timestamp: throw misfit("a number")
    }
  }

  private func append(time: Int64?, to vector: inout ColumnVector) throws(DriverError) {
    guard let time else { throw misfit("a time out of range") }
    switch column.type {
    case .timestamp: vector.append(time)
    case .text: vector.append(Timestamp(microseconds: time).description)
    case .int64, .double: throw misfit("a time")
    }
  }

  private func append(_ bytes: UnsafeBufferPointer<UInt8>, to vector: inout ColumnVector) throws(DriverError) {
    switch column.type {
    case .text: vector.append(utf8: bytes)
    case .int64:
      guard let value = IntegerText.value(bytes) else { throw misfit("something else than a whole number") }
      vector.append(value)
    case .double:
      guard let value = Double(String(decoding: bytes, as: UTF8.self)) else {
        throw misfit("something else than a number")
      }
      vector.append(value)
    case .timestamp:
      guard let value = Timestamp(ascii: bytes) else { throw misfit("a text that is not a time") }
      vector.append(value.microseconds)
    }
  }

  private func misfit(_ found: String) -> DriverError { .misfit(column, found) }

  // MARK: Buffers

  private func buffer<Value>(_ array: ArrowArray, _ index: Int, of type: Value.Type) -> UnsafePointer<Value> {
    array.buffers[index]!.assumingMemoryBound(to: Value.self)
  }

  /// Gives the integer, or truth value, at a row.
  private func integers(_ array: ArrowArray, start: Int) -> (Int) throws(DriverError) -> Int64 {
    let base = array.buffers[1]
    let type = type
    let column = column
    return { row throws(DriverError) in
      guard let base else { return 0 }
      let index = start + row
      switch type {
      case .boolean:
        let bits = base.assumingMemoryBound(to: UInt8.self)
        return bits[index >> 3] >> (index & 7) & 1 == 1 ? 1 : 0
      case .integer(width: 1, isSigned: true): return Int64(base.assumingMemoryBound(to: Int8.self)[index])
      case .integer(width: 1, isSigned: false): return Int64(base.assumingMemoryBound(to: UInt8.self)[index])
      case .integer(width: 2, isSigned: true): return Int64(base.assumingMemoryBound(to: Int16.self)[index])
      case .integer(width: 2, isSigned: false): return Int64(base.assumingMemoryBound(to: UInt16.self)[index])
      case .integer(width: 4, isSigned: true): return Int64(base.assumingMemoryBound(to: Int32.self)[index])
      case .integer(width: 4, isSigned: false): return Int64(base.assumingMemoryBound(to: UInt32.self)[index])
      case .integer(width: 8, isSigned: true): return base.assumingMemoryBound(to: Int64.self)[index]
      default:
        guard let value = Int64(exactly: base.assumingMemoryBound(to: UInt64.self)[index]) else {
          throw DriverError.misfit(column, "a number beyond 64 bits with a sign")
        }
        return value
      }
    }
  }

  /// Texts one after the other, all of them at once.
  private func appendTexts(_ array: ArrowArray, isLarge: Bool, start: Int, count: Int, to texts: inout TextVector) {
    guard count > 0 else { return }
    let data = array.buffers[2]?.assumingMemoryBound(to: UInt8.self)
    func offset(_ index: Int) -> Int {
      isLarge ? Int(buffer(array, 1, of: Int64.self)[index]) : Int(buffer(array, 1, of: Int32.self)[index])
    }
    texts.reserve(rows: count, bytes: offset(start + count) - offset(start))
    for row in start..<start + count {
      let (first, end) = (offset(row), offset(row + 1))
      texts.append(utf8: UnsafeBufferPointer(start: data.map { $0 + first }, count: end - first))
    }
  }

  /// The bytes of one text.
  private func bytes(_ array: ArrowArray, _ type: ArrowType, at index: Int) -> UnsafeBufferPointer<UInt8> {
    switch type {
    case .text(let isLarge):
      let (first, end) =
        isLarge
        ? (Int(buffer(array, 1, of: Int64.self)[index]), Int(buffer(array, 1, of: Int64.self)[index + 1]))
        : (Int(buffer(array, 1, of: Int32.self)[index]), Int(buffer(array, 1, of: Int32.self)[index + 1]))
      let data = array.buffers[2]?.assumingMemoryBound(to: UInt8.self)
      return UnsafeBufferPointer(start: data.map { $0 + first }, count: end - first)
    case .fixedBytes(let width):
      return UnsafeBufferPointer(start: buffer(array, 1, of: UInt8.self) + index * width, count: width)
    default:
      // A view: its length, then up to 12 bytes themselves, or a prefix, the number of a buffer, and where it begins.
      let view = array.buffers[1]! + index * 16
      let length = Int(view.loadUnaligned(as: Int32.self))
      if length <= 12 {
        return UnsafeBufferPointer(start: (view + 4).assumingMemoryBound(to: UInt8.self), count: length)
      }
      let number = Int(view.loadUnaligned(fromByteOffset: 8, as: Int32.self))
      let first = Int(view.loadUnaligned(fromByteOffset: 12, as: Int32.self))
      return UnsafeBufferPointer(start: buffer(array, 2 + number, of: UInt8.self) + first, count: length)
    }
  }

  /// Microseconds since 1970, cut and never rounded; nil beyond what 64 bits hold.
  private func microseconds(_ array: ArrowArray, _ index: Int) -> Int64? {
    switch type {
    case .days:
      let product = Int64(buffer(array, 1, of: Int32.self)[index]).multipliedReportingOverflow(by: 86_400_000_000)
      return product.overflow ? nil : product.partialValue
    case .timestamp(let perSecond) where perSecond > 1_000_000:
      let value = buffer(array, 1, of: Int64.self)[index]
      let (whole, rest) = value.quotientAndRemainder(dividingBy: perSecond / 1_000_000)
      return rest < 0 ? whole - 1 : whole
    case .timestamp(let perSecond):
      let product = buffer(array, 1, of: Int64.self)[index].multipliedReportingOverflow(by: 1_000_000 / perSecond)
      return product.overflow ? nil : product.partialValue
    default:
      let product = buffer(array, 1, of: Int64.self)[index].multipliedReportingOverflow(by: 1000)
      return product.overflow ? nil : product.partialValue
    }
  }
}

/// Which rows of an array are NULL.
private struct Nulls {
  private let bits: UnsafePointer<UInt8>?
  private let start: Int
  private let isAll: Bool

  init(_ array: ArrowArray, start: Int, isAll: Bool) {
    bits = array.null_count == 0 || array.n_buffers == 0 ? nil : array.buffers[0]?.assumingMemoryBound(to: UInt8.self)
    self.start = start
    self.isAll = isAll
  }

  var hasAny: Bool { isAll || bits != nil }

  subscript(row: Int) -> Bool {
    if isAll { return true }
    guard let bits else { return false }
    let index = start + row
    return bits[index >> 3] >> (index & 7) & 1 == 0
  }
}

/// Decimals as text.
enum ArrowDecimal {
  static func text(_ base: UnsafeRawPointer, at index: Int, width: Int, scale: Int) -> String {
    let at = base + index * width
    let value: Int128
    switch width {
    case 4: value = Int128(at.loadUnaligned(as: Int32.self))
    case 8: value = Int128(at.loadUnaligned(as: Int64.self))
    default:
      value =
        Int128(at.loadUnaligned(fromByteOffset: 8, as: Int64.self)) << 64
        | Int128(at.loadUnaligned(as: UInt64.self))
    }
    var digits = String(value.magnitude)
    if scale > 0 {
      if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
    }
    return value < 0 ? "-" + digits : digits
  }
}
