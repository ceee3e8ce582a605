import Foundation
import TestNeeds
import Testing
import WarehouseDriver

@Suite struct OpeningTests {
  @Test func aNewDatabaseIsMadeOnlyOnRequest() async throws {
    let folder = try TemporaryFolder()
    let error = await expect(.noSuchObject) { _ = try await connect(folder.file(), mayCreate: false) }
    #expect(error?.description.contains(folder.file()) == true)
    #expect(error?.remedy?.contains("create") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.file()))
    let connection = try await connect(folder.file())
    _ = try await connection.execute("CREATE TABLE t(a)")
    await connection.close()
    let again = try await connect(folder.file(), mayCreate: false)
    #expect(try await again.number("SELECT count(*) FROM t") == 0)
    await again.close()
  }

  @Test func readingNeverMakesAFile() async throws {
    let folder = try TemporaryFolder()
    await expect(.noSuchObject) { _ = try await connect(folder.file(), readOnly: true, mayCreate: true) }
    #expect(!FileManager.default.fileExists(atPath: folder.file()))
  }

  @Test func wrongTargets() async throws {
    let folder = try TemporaryFolder()
    let directory = await expect(.connection) { _ = try await connect(folder.path) }
    #expect(directory?.message.contains("is a directory") == true)
    let parent = await expect(.connection) { _ = try await connect(folder.file("no/such/x.db")) }
    #expect(parent?.message.contains("no folder") == true)
    await expect(.badTarget) { _ = try await connect("") }
    await expect(.badTarget) { _ = try await connect("//x.db") }
    await expect(.badTarget) { _ = try await connect("a\u{0}b") }
  }

  @Test func aFileThatIsNoDatabase() async throws {
    let folder = try TemporaryFolder()
    let bytes = Data(repeating: UInt8(ascii: "x"), count: 5000)
    try bytes.write(to: URL(fileURLWithPath: folder.file()))
    for readOnly in [false, true] {
      let error = await expect(.notADatabase) { _ = try await connect(folder.file(), readOnly: readOnly) }
      #expect(error?.message.contains(folder.file()) == true)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file())) == bytes, "a foreign file was touched")
  }

  @Test(arguments: ["file:x.db?mode=memory", ":odd", "a b%20ü?#.db"])
  func namesAreNeverURIs(name: String) async throws {
    let folder = try TemporaryFolder()
    let connection = try await connect(folder.file(name))
    _ = try await connection.execute("CREATE TABLE t(a)")
    await connection.close()
    #expect(FileManager.default.fileExists(atPath: folder.file(name)))
  }

  @Test(arguments: ["UTF-16le", "UTF-16be"])
  func otherEncodingsAreRefused(encoding: String) async throws {
    let folder = try TemporaryFolder()
    try Raw.execute(folder.file(), "PRAGMA encoding='\(encoding)'; CREATE TABLE t(a)")
    let error = await expect(.encoding) { _ = try await connect(folder.file()) }
    #expect(error?.message.contains(encoding) == true)
    #expect(error?.remedy?.contains(".dump") == true)
  }

  @Test(.needs(getuid() == 0 ? "root may write everywhere" : nil)) func aFileThatMayNotBeWritten() async throws {
    let folder = try TemporaryFolder()
    try Raw.execute(folder.file(), "CREATE TABLE t(a)")
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder.file())
    let error = await expect(.readOnly) { _ = try await connect(folder.file()) }
    #expect(error?.message.contains(folder.file()) == true)
    let reader = try await connect(folder.file(), readOnly: true)
    #expect(try await reader.number("SELECT count(*) FROM t") == 0)
  }

  @Test func readOnlyConnectionsDoNotWrite() async throws {
    let folder = try TemporaryFolder()
    let writer = try await connect(folder.file())
    _ = try await writer.execute("CREATE TABLE t(a)")
    let reader = try await connect(folder.file(), readOnly: true)
    let error = await expect(.readOnly) { _ = try await reader.execute("INSERT INTO t VALUES (1)") }
    #expect(error?.message.contains(folder.file()) == true)
    _ = try await writer.execute("INSERT INTO t VALUES (1)")
    #expect(try await reader.number("SELECT count(*) FROM t") == 1)
  }

  @Test(.needs(getuid() == 0 ? "root may write everywhere" : nil))
  func aDatabaseInAFolderThatMayNotBeWritten() async throws {
    let folder = try TemporaryFolder()
    let writer = try await connect(folder.file())
    _ = try await writer.execute("CREATE TABLE t(a)")
    await writer.close()
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder.file())
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
    let reader = try await connect(folder.file(), readOnly: true)
    #expect(try await reader.number("SELECT count(*) FROM t") == 0)
    await expect(.readOnly) { _ = try await connect(folder.file()) }
  }

  @Test func settings() async throws {
    let folder = try TemporaryFolder()
    let connection = try await connect(folder.file())
    #expect(try await connection.text("PRAGMA journal_mode") == "wal")
    #expect(try await connection.number("PRAGMA synchronous") == 2)
    let error = await expect(.wrongColumn) { _ = try await connection.all("SELECT \"misspelt\"") }
    #expect(error?.message.contains("misspelt") == true)
    let facts = try await connection.facts()
    #expect(facts.engine == "SQLite" && facts.dialect == "sqlite-embedded")
    #expect(facts.details.contains { $0 == ("journal mode", "wal") })
    #expect(facts.details.contains { $0 == ("encoding", "UTF-8") })
  }

  @Test func callsAfterCloseFail() async throws {
    let connection = try await inMemory()
    await connection.close()
    await connection.close()
    await expect(.connection) { _ = try await connection.execute("SELECT 1") }
    await expect(.connection) { try await connection.rollback() }
  }
}
