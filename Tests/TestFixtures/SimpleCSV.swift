internal import BackendConformance
internal import Foundation
internal import SessionPlan

/// A CSV file in memory, with a header: enough for fixtures, and no code that is under test.
struct SimpleCSV {
  /// What is wrong with a fixture file.
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  private let columns: [String: Int]
  private let path: String
  private let records: [[ByteKey]]

  init(path: String) throws {
    self.path = path
    let lines = Self.parse([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    guard let header = lines.first else { throw Malformed(description: "\(path) is empty") }
    columns = Dictionary(
      header.enumerated().map { ($0.element.text, $0.offset) }, uniquingKeysWith: { first, _ in first })
    records = Array(lines.dropFirst())
  }

  /// One row, by the names of its columns.
  struct Row {
    fileprivate let csv: SimpleCSV
    fileprivate let fields: [ByteKey]

    subscript(column: String) -> ByteKey {
      get throws {
        guard let index = csv.columns[column], index < fields.count else {
          throw Malformed(description: "\(csv.path): no column \(column)")
        }
        return fields[index]
      }
    }

    func integer(_ column: String) throws -> Int64 {
      let field = try self[column]
      guard let value = Int64(field.text) else {
        throw Malformed(description: "\(csv.path), column \(column): \(field) is no integer")
      }
      return value
    }

    /// Microseconds since 1970.
    func moment(_ column: String) throws -> Int64 {
      let field = try self[column]
      guard let value = Timestamp(text: field.text) else {
        throw Malformed(description: "\(csv.path), column \(column): \(field) is no time")
      }
      return value.microseconds
    }
  }

  func has(_ column: String) -> Bool { columns[column] != nil }

  var rows: [Row] { records.map { Row(csv: self, fields: $0) } }

  private static func parse(_ bytes: [UInt8]) -> [[ByteKey]] {
    var records: [[ByteKey]] = []
    var record: [ByteKey] = []
    var field: [UInt8] = []
    var isQuoted = false
    func endField() {
      record.append(ByteKey(field))
      field = []
    }
    func endRecord() {
      endField()
      if record != [ByteKey("")] { records.append(record) }
      record = []
    }
    var index = 0
    while index < bytes.count {
      switch (bytes[index], isQuoted) {
      case (0x22, true) where index + 1 < bytes.count && bytes[index + 1] == 0x22:
        field.append(0x22)
        index += 1
      case (0x22, _): isQuoted.toggle()
      case (0x2C, false): endField()
      case (0x0D, false): break
      case (0x0A, false): endRecord()
      default: field.append(bytes[index])
      }
      index += 1
    }
    endRecord()
    return records
  }
}
