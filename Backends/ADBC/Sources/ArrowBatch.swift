internal import CADBC
internal import Foundation
internal import WarehouseDriver

/// A batch of rows in Arrow's memory, on the way to a driver.
///
/// A driver that was given both structures releases what is in them, whether or not it marks them as released; until then
/// this object does. Their own memory stays for as long as this object, since a driver may keep their addresses.
final class ArrowBatch {
  /// Set once a driver has taken them.
  var isTaken = false
  let schema = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
  let array = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)

  init(_ columns: [BatchColumn], _ vectors: [ColumnVector], rows: Int) {
    schema.initialize(to: ArrowSchema.named("", format: "+s", children: columns.map(ArrowSchema.column)))
    let children = vectors.map { ArrowArray.column($0) }
    array.initialize(to: ArrowArray.made(length: rows, nulls: 0, buffers: [nil], children: children))
  }

  deinit {
    if !isTaken {
      schema.pointee.release?(schema)
      array.pointee.release?(array)
    }
    schema.deallocate()
    array.deallocate()
  }
}

extension ArrowSchema {
  fileprivate static func column(_ column: BatchColumn) -> ArrowSchema {
    let format =
      switch column.type {
      case .int64: "l"
      case .double: "g"
      case .text: "u"
      case .timestamp: "tsu:"
      }
    return named(column.name, format: format, children: [])
  }

  fileprivate static func named(_ name: String, format: String, children: [ArrowSchema]) -> ArrowSchema {
    var schema = ArrowSchema()
    schema.format = UnsafePointer(strdup(format))
    schema.name = UnsafePointer(strdup(name))
    schema.flags = Int64(ARROW_FLAG_NULLABLE)
    schema.n_children = Int64(children.count)
    if !children.isEmpty {
      schema.children = .allocate(capacity: children.count)
      for (index, child) in children.enumerated() {
        schema.children[index] = .allocate(capacity: 1)
        schema.children[index]!.initialize(to: child)
      }
    }
    schema.release = releaseSchema
    return schema
  }
}

extension ArrowArray {
  /// A column's values in memory of its own.
  fileprivate static func column(_ vector: ColumnVector) -> ArrowArray {
    let count = vector.count
    var bits: UnsafeMutableRawPointer?
    var nullCount = 0
    if vector.nulls.contains(true) {
      let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: (count + 7) / 8)
      bytes.initialize(repeating: 0, count: (count + 7) / 8)
      for (row, isNull) in vector.nulls.enumerated() {
        if isNull { nullCount += 1 } else { bytes[row >> 3] |= 1 << UInt8(row & 7) }
      }
      bits = UnsafeMutableRawPointer(bytes)
    }
    switch vector.values {
    case .int64(let values), .timestamp(let values):
      return made(length: count, nulls: nullCount, buffers: [bits, copied(values)], children: [])
    case .double(let values):
      return made(length: count, nulls: nullCount, buffers: [bits, copied(values)], children: [])
    case .text(let texts):
      return made(
        length: count, nulls: nullCount, buffers: [bits, copied(texts.offsets.map(Int32.init)), copied(texts.bytes)],
        children: [])
    }
  }

  private static func copied<Value>(_ values: [Value]) -> UnsafeMutableRawPointer {
    let size = max(values.count * MemoryLayout<Value>.stride, 1)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    values.withUnsafeBytes { if let base = $0.baseAddress { memory.copyMemory(from: base, byteCount: $0.count) } }
    return memory
  }

  fileprivate static func made(
    length: Int, nulls: Int, buffers: [UnsafeMutableRawPointer?], children: [ArrowArray]
  ) -> ArrowArray {
    var array = ArrowArray()
    array.length = Int64(length)
    array.null_count = Int64(nulls)
    array.n_buffers = Int64(buffers.count)
    array.buffers = .allocate(capacity: buffers.count)
    for (index, buffer) in buffers.enumerated() { array.buffers[index] = buffer.map { UnsafeRawPointer($0) } }
    array.n_children = Int64(children.count)
    if !children.isEmpty {
      array.children = .allocate(capacity: children.count)
      for (index, child) in children.enumerated() {
        array.children[index] = .allocate(capacity: 1)
        array.children[index]!.initialize(to: child)
      }
    }
    array.release = releaseArray
    return array
  }
}

// Callbacks into this module must be functions of their own, as C has no closures.

private func releaseSchema(_ schema: UnsafeMutablePointer<ArrowSchema>?) {
  guard let schema else { return }
  free(UnsafeMutablePointer(mutating: schema.pointee.format))
  free(UnsafeMutablePointer(mutating: schema.pointee.name))
  for index in 0..<Int(schema.pointee.n_children) {
    guard let child = schema.pointee.children[index] else { continue }
    child.pointee.release?(child)
    child.deallocate()
  }
  schema.pointee.children?.deallocate()
  schema.pointee.release = nil
}

private func releaseArray(_ array: UnsafeMutablePointer<ArrowArray>?) {
  guard let array else { return }
  for index in 0..<Int(array.pointee.n_buffers) {
    array.pointee.buffers[index].map { UnsafeMutableRawPointer(mutating: $0).deallocate() }
  }
  array.pointee.buffers?.deallocate()
  for index in 0..<Int(array.pointee.n_children) {
    guard let child = array.pointee.children[index] else { continue }
    child.pointee.release?(child)
    child.deallocate()
  }
  array.pointee.children?.deallocate()
  array.pointee.release = nil
}
