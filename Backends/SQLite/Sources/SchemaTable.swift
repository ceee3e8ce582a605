internal import SessionPlan
internal import WarehouseDriver

/// A table's name with its schema: `main` where none is given.
struct SchemaTable {
  let schema: String
  let table: String

  init(_ name: ObjectName) {
    schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : "main"
    table = name.last
  }

  /// - Throws: `noSuchObject` for a name of three parts, which SQLite does not have.
  init(checking name: ObjectName, phase: DriverError.Phase) throws(DriverError) {
    guard name.parts.count <= 2 else {
      throw DriverError(
        .noSuchObject, phase: phase, "SQLite has no catalogs, so there is no table \(name)",
        remedy: "name it as table or schema.table")
    }
    self.init(name)
  }

  var quotedName: String { quoted(schema) + "." + quoted(table) }
}
