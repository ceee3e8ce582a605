import PrivateServer
import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@testable import ADBCBackend

/// A driver that fails: one clear line each, and a connection that goes on or says that it does not.
@Suite(.needs(FaultyDriver.absence)) struct FaultTests {
  private func faulty(_ fault: String) async throws -> ADBCConnection {
    // Its dialect is one that says nothing when a session begins.
    try await connect("adbc+ansi:driver=\(try FaultyDriver.library());fault=\(fault);password=S3cr3t-word")
  }

  @Test func rowsAreRead() async throws {
    let connection = try await faulty("none")
    #expect(try await connection.all("SELECT").map { $0[0] } == [1, -1, 2, -2, 3, -3].map { .int64($0) })
    #expect(try await connection.all("SELECT", types: [.text]).count == 6)
    await expect(.other) { _ = try await connection.open("SELECT", types: [.text, .text]) }
    await connection.close()
  }

  @Test func inTheMiddleOfAStream() async throws {
    let connection = try await faulty("stream")
    let cursor = try await connection.open("SELECT", types: nil)
    #expect(try await cursor.next()?.rowCount == 2)
    let error = await expect(.other) { _ = try await cursor.next() }
    #expect(error?.message.contains("the line to the moon was cut") ?? false)
    #expect(try await cursor.next() == nil)
    // The next statement begins.
    #expect(try await connection.open("SELECT", types: nil).next()?.rowCount == 2)
    await connection.close()
  }

  @Test func aBatchWithAnotherSchema() async throws {
    let connection = try await faulty("batch")
    let cursor = try await connection.open("SELECT", types: nil)
    _ = try await cursor.next()
    let error = await expect(.other) { _ = try await cursor.next() }
    #expect(error?.message.contains("0 columns where its schema has 1") ?? false)
    await connection.close()
  }

  @Test func aTypeThatCannotBeRead() async throws {
    let connection = try await faulty("type")
    let error = await expect(.wrongColumn) { _ = try await connection.open("SELECT", types: nil) }
    #expect(error?.message.contains("column n has a type that cannot be read here (Arrow's +l)") ?? false)
    await connection.close()
  }

  @Test func statements() async throws {
    let connection = try await faulty("execute")
    let error = await expect(.other) { try await connection.execute("INSERT") }
    #expect(error?.sqlState == "XX000" && error?.message.contains("no idea") ?? false)
    let silent = try await faulty("silent")
    let silence = await expect(.other) { try await silent.execute("INSERT") }
    #expect(silence?.message.contains("the driver gives no reason") ?? false)
  }

  @Test func inTheMiddleOfABulkInsert() async throws {
    let connection = try await faulty("ingest")
    try await connection.begin(.write)
    let append = try await connection.beginAppend(to: ObjectName("t"), columns: [BatchColumn("n", .int64)])
    var batch = RecordBatch(schema: [BatchColumn("n", .int64)])
    for number in 0..<3 { batch.columns[0].append(Int64(number)) }
    let error = await expect(.other) { try await append.write(batch) }
    #expect(error?.message.contains("has taken 1 of 3 rows") ?? false)
    // Half of it may be in the transaction.
    await expect(.other) { try await connection.commit() }
    try await connection.rollback()
    await connection.close()
  }

  @Test func loginsAndOptions() async throws {
    let error = await expect(.authentication) { _ = try await faulty("login") }
    #expect(!(error?.description.contains("S3cr3t") ?? true))
    let unknown = await expect(.connection) {
      _ = try await connect("adbc+ansi:driver=\(try FaultyDriver.library());moon=full")
    }
    #expect(unknown?.message.contains("does not take the option moon") ?? false)
  }

  /// The number of changed rows is not known, and nobody says 0.
  @Test func countsThatAreNotKnown() async throws {
    let connection = try await faulty("none")
    #expect(try await connection.execute("INSERT") == nil)
    await connection.close()
  }
}
