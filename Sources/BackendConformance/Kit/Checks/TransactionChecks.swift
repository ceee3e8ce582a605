internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// Transactions: rolled back, unseen until they are committed, one snapshot.
struct TransactionChecks {
  let work: KitWork

  func carryOut() async throws {
    let connection = try await work.connect(lockTimeout: .milliseconds(300))
    let table = try await ValueTable.make(.probe, work, connection)
    try await table.append([ValueTable.Row(1), ValueTable.Row(2)], connection)
    let other = try await work.connect(lockTimeout: .milliseconds(300))
    let proves = ["transactions", "T17", "T18"]

    try await work.check(
      "transactions/rollback", "What was inserted in a transaction that is rolled back is gone.", proves: proves,
      needs: [.transactions]
    ) {
      try await connection.begin(.write)
      let append = try await connection.beginAppend(to: table.name, columns: ValueTable.columns)
      try await append.write(ValueTable.batch([ValueTable.Row(3)]))
      _ = try await append.finish()
      let inside = try await table.count(connection)
      try await connection.rollback()
      let after = try await table.count(connection)
      try require(inside == 3 && after == 2, "\(inside) rows were seen in it, and \(after) after it, not 3 and 2")
      return nil
    }
    try await work.check(
      "transactions/unseen", "Nobody else sees rows before they are committed, and everybody after.", proves: proves,
      needs: [.transactions]
    ) {
      try await work.requireSharedDatabase(table.name, other)
      try await connection.begin(.write)
      let append = try await connection.beginAppend(to: table.name, columns: ValueTable.columns)
      try await append.write(ValueTable.batch([ValueTable.Row(4)]))
      _ = try await append.finish()
      let during = try await table.count(other)
      try await connection.commit()
      let after = try await table.count(other)
      try require(during == 2 && after == 3, "\(during) rows were seen before, and \(after) after, not 2 and 3")
      return nil
    }
    try await work.check(
      "transactions/snapshot", "The queries of a reading transaction see one state, whatever is committed beside it.",
      proves: ["T24"], needs: [.transactions]
    ) {
      try await work.requireSharedDatabase(table.name, other)
      try await connection.begin(.read)
      let before = try await table.count(connection)
      var note: String?
      do {
        try await table.append([ValueTable.Row(5)], other)
      } catch let error as DriverError where error.code == .locked {
        note = "the engine keeps writers waiting while somebody reads"
      }
      let after = try await table.count(connection)
      try await connection.rollback()
      try require(before == after, "\(before) rows were seen first, and \(after) later")
      return note
    }
    try await work.check("transactions/reading", "A reading transaction refuses an insert.") {
      try await connection.begin(.read)
      let row = Relation.project(
        table.reference("t"), [NamedExpression("n", ValueTable.column("t", "n"))], alias: "v")
      let insert = Statement.insert(Insert(into: table.name, columns: [ValueTable.schema[0]], query: Query(row)))
      var isRefused = false
      do {
        try await connection.execute(insert, path: "conformance/refused")
      } catch is DriverError {
        isRefused = true
      }
      try await connection.rollback()
      try require(isRefused, "it was carried out")
      return nil
    }
  }
}
