import Foundation
import SessionPlan
import SessionRunner
import StatementRecording
import Testing
import WarehouseDriver

/// `create --create-schema`.
@Suite(.fewAtOnce) struct SchemaTests {
  @Test(arguments: Engine.servers) func createMakesTheSchema(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    let schema = "made_" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(20)
    let context = try await place.context(SessionJob(names: ObjectNames(schema: ObjectName(schema))))
    await #expect(throws: DriverError.self) { try await context.create() }
    for _ in 0..<2 { try await context.create(CreateRequest(makesSchema: true)) }
    _ = try await context.connection.execute(
      "INSERT INTO \(schema).pageviews (event_id, user_id, page_view_at, page) VALUES ('a','u','2025-06-01 08:00:00','/')"
    )
    #expect(try await context.run().pageviews == 1)
    #expect(try await context.verify(VerifyRequest(isComplete: true)).isClean)
    // Without a schema there is none to make.
    let plain = try await place.context()
    await #expect {
      try await plain.create(CreateRequest(makesSchema: true))
    } throws: { "\($0)".contains("name one with --schema") }
    await plain.connection.close()
    await context.connection.close()
  }

  @Test(arguments: [Engine.sqlite]) func anEngineWithoutSchemasSaysSo(engine: Engine) async throws {
    let place = try await Place.make(on: engine)
    defer { place.remove() }
    let context = try await place.context(SessionJob(names: ObjectNames(schema: ObjectName("main"))))
    await #expect {
      try await context.create(CreateRequest(makesSchema: true))
    } throws: { "\($0)".contains("leave --create-schema out") }
    await context.connection.close()
  }
}
