internal import Foundation
internal import WarehouseDriver

/// Collects one column of a result as values of one type.
struct FieldReader {
  let column: BatchColumn
  private let decoding: ColumnDecoding
  private var integers: [Int64] = []
  private var doubles: [Double] = []
  private var text = TextVector()
  private var nulls: [Bool] = []

  init(_ column: BatchColumn, _ decoding: ColumnDecoding) {
    self.column = column
    self.decoding = decoding
  }

  /// The bytes of text collected so far.
  var byteCount: Int { text.bytes.count }

  /// - Parameter row: the number of rows read before this one in the batch
  mutating func appendNull(row: Int) {
    if nulls.isEmpty { nulls = Array(repeating: false, count: row) }
    nulls.append(true)
    switch column.type {
    case .int64, .timestamp: integers.append(0)
    case .double: doubles.append(0)
    case .text: text.append(utf8: UnsafeBufferPointer(start: nil, count: 0))
    }
  }

  mutating func append(_ field: UnsafeRawBufferPointer) throws(DriverError) {
    if !nulls.isEmpty { nulls.append(false) }
    switch decoding {
    case .bytes, .castBytes: text.append(utf8: field.assumingMemoryBound(to: UInt8.self))
    case .int8: try appendNumber(try integer(field, Int64.self))
    case .int4: try appendNumber(Int64(try integer(field, Int32.self)))
    case .int2: try appendNumber(Int64(try integer(field, Int16.self)))
    case .oid: try appendNumber(Int64(try integer(field, UInt32.self)))
    case .bool: integers.append(Int64(try integer(field, UInt8.self)))
    case .float8: doubles.append(Double(bitPattern: try integer(field, UInt64.self)))
    case .float4: doubles.append(Double(Float(bitPattern: try integer(field, UInt32.self))))
    case .timestamp:
      let stored = try integer(field, Int64.self)
      let (value, overflow) = stored.addingReportingOverflow(postgresEpoch)
      guard !overflow, stored != .min, stored != .max else { throw infinite(stored == .min || stored == .max) }
      integers.append(value)
    case .date:
      let days = try integer(field, Int32.self)
      guard days != .min, days != .max else { throw infinite(true) }
      let (value, overflow) = Int64(days).multipliedReportingOverflow(by: 86_400_000_000)
      let (time, over) = value.addingReportingOverflow(postgresEpoch)
      guard !overflow, !over else { throw infinite(false) }
      integers.append(time)
    case .integerText: integers.append(try integer(ofText: field))
    case .doubleText:
      guard let value = Double(String(decoding: field, as: UTF8.self)) else { throw damaged }
      doubles.append(value)
    }
  }

  private mutating func appendNumber(_ value: Int64) throws(DriverError) {
    if column.type == .double { doubles.append(Double(value)) } else { integers.append(value) }
  }

  @inline(__always)
  private func integer<Value: FixedWidthInteger>(
    _ field: UnsafeRawBufferPointer, _: Value.Type
  ) throws(DriverError) -> Value {
    guard field.count == MemoryLayout<Value>.size else { throw damaged }
    return Value(bigEndian: field.loadUnaligned(as: Value.self))
  }

  /// A numeric that is a whole number of 64 bits; `12.000` is one.
  private func integer(ofText field: UnsafeRawBufferPointer) throws(DriverError) -> Int64 {
    let text = String(decoding: field, as: UTF8.self)
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let value = Int64(parts[0]), parts.count == 1 || parts[1].allSatisfy({ $0 == "0" }) else {
      throw DriverError(
        .wrongColumn, phase: .fetch, "column \(column.name) holds a number that is no 64-bit integer")
    }
    return value
  }

  private func infinite(_ isInfinite: Bool) -> DriverError {
    DriverError(
      .wrongColumn, phase: .fetch,
      isInfinite
        ? "column \(column.name) holds an infinite time" : "column \(column.name) holds a time beyond the year 294246",
      remedy: "leave such rows out, or read the column as text")
  }

  private var damaged: DriverError {
    DriverError(.other, phase: .fetch, "the server sent column \(column.name) in a form that is not its type's")
  }

  /// Hands over what was collected, and begins anew.
  mutating func take() -> ColumnVector {
    defer {
      integers = []
      doubles = []
      text = TextVector()
      nulls = []
    }
    return switch column.type {
    case .int64: ColumnVector(values: .int64(integers), nulls: nulls)
    case .double: ColumnVector(values: .double(doubles), nulls: nulls)
    case .text: ColumnVector(values: .text(text), nulls: nulls)
    case .timestamp: ColumnVector(values: .timestamp(integers), nulls: nulls)
    }
  }
}
