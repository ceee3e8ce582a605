import BackendConformance
import Foundation
import OwnBackend
import Testing
import WarehouseDriver

/// Everything that the tool's own backends are held to.
@Test func theBackendConforms() async throws {
  let file = FileManager.default.temporaryDirectory.appendingPathComponent("own-\(UUID().uuidString).db")
  defer {
    for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + end) }
  }
  let backend = try OwnBackend()
  let kit = ConformanceKit(backend: backend, dialect: backend.dialect, target: try Target(url: "own:" + file.path))
  let report = try await kit.run { result in print(result.word, result.id) }
  #expect(report.isPassed, "\(report)")
  // Not by having left everything out.
  #expect(report.results.count { $0.outcome == .passed } > 50)
}
