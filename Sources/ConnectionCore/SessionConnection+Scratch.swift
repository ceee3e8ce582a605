package import SQLRendering
package import SessionPlan
internal import WarehouseDriver

extension Dialect {
  /// Where a scratch table of that name is found: `scratch_name` without its quotes.
  package func scratchTable(_ name: String) -> ObjectName {
    let before = tables.scratchName.split(separator: "{", omittingEmptySubsequences: false).first ?? ""
    let parts = before.split(separator: ".").map(String.init)
    return ObjectName(parts: parts + [tables.scratchPrefix + name])
  }

  /// The words before a scratch table's name.
  package var scratchSchemas: Set<String> {
    let parts = scratchTable("t").parts
    return parts.count == 2 ? [parts[0]] : []
  }
}

extension SessionConnection {
  /// Notes that a statement has made a scratch table, which is to be gone after the transaction.
  func noteScratchTable(_ sql: String) {
    guard dialect.tables.dropScratch != nil, let name = tokens(sql).temporaryTable else { return }
    scratchTables.append(name)
  }

  /// Drops what the transaction has made, where it would outlive it (MariaDB's temporary tables survive a rollback,
  /// too).
  ///
  /// A table that is not there any more is as good as dropped.
  func dropScratchTables(_ wire: W) {
    let names = scratchTables
    scratchTables = []
    guard let template = dialect.tables.dropScratch, !wire.isLost else { return }
    let renderer = Renderer(dialect)
    for name in names {
      guard let quoted = try? renderer.identifier(name), let sql = try? renderer.fill(template, ["name": quoted]) else {
        continue
      }
      _ = try? wire.shielded { () throws(DriverError) in try wire.run(sql, .close) }
    }
  }
}
