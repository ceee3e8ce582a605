import TestNeeds
import Testing
import WarehouseDriver

@testable import PostgresBackend

/// Whatever stands behind `postgres:`, it is read, or refused in one line that tells no secret.
@Suite struct TargetFuzzTests {
  @Test func `any target`() {
    let texts = FuzzedTexts(
      [
        "postgres://me:hunter2@db.example:5432/web?sslmode=verify-full&options=-csearch_path%3Da",
        "postgres:host=db user=me password='hunter2' dbname=web", "postgresql://[::1]/web?user=me@shop",
        "postgres:service=web",
      ], pieces: [":", "//", "@", "?", "&", "=", "'", "\\", "%", "%4", "%00", "hunter2", "host=", ",", "[", "]", "/"])
    let faults = texts.read { text in
      do { _ = try ConnectionTarget(Target(url: text)) } catch {
        try WrongAnswer.check(error)
        if "\(error)".contains("hunter2") { throw WrongAnswer("a secret is told: \(error)") }
      }
    }
    #expect(faults.isEmpty, "\(faults)")
  }
}
