import Foundation
import PrivateServer
import Testing

@testable import SessionizerCLI

/// A file appears whole or not at all, and only where it was asked for.
@Suite struct OutputFileTests {
  private func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  private func names(_ folder: borrowing TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Nobody can know where the bytes go before they are there: a link that waits under a likely name leads nowhere.
  @Test func nothingIsWrittenThroughALinkThatWaits() throws {
    let folder = try TemporaryFolder()
    let victim = try folder.file("victim", "precious")
    let path = try folder.file("out.csv")
    try FileManager.default.createSymbolicLink(atPath: path + ".part", withDestinationPath: victim)
    try OutputFile.write("new", to: path)
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    #expect(try names(folder) == ["out.csv", "out.csv.part", "victim"])
  }

  @Test func modeAndLinkStay() throws {
    let folder = try TemporaryFolder()
    let real = try folder.file("real", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: real)
    let link = try folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real")
    try OutputFile.write("new", to: link)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real")
    #expect(try String(contentsOfFile: real, encoding: .utf8) == "new")
    #expect(try mode(real) == 0o600)
    // A link to what is not there yet is made good.
    let early = try folder.file("early")
    try FileManager.default.createSymbolicLink(atPath: early, withDestinationPath: "late")
    try OutputFile.write("new", to: early)
    #expect(try String(contentsOfFile: folder.path + "/late", encoding: .utf8) == "new")
    #expect(try names(folder) == ["early", "late", "link", "real"])
  }

  /// While it is written, too, nobody gets to read it who may not.
  @Test func theTemporaryFileIsNoMoreOpenThanTheOld() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let file = try OutputFile(path: path)
    try file.write("new")
    let temporary = try #require(try names(folder).first { $0 != "a" })
    #expect(try mode(folder.path + "/" + temporary) == 0o640)
    file.discard()
    #expect(try names(folder) == ["a"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
  }

  /// Of several writers at once one wins, and its file is whole.
  @Test func writersDoNotMix() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for letter in "abcdefgh" {
        group.addTask {
          let file = try OutputFile(path: path)
          for _ in 0..<200 { try file.write(String(repeating: letter, count: 1000)) }
          try file.commit()
        }
      }
      try await group.waitForAll()
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.utf8.count == 200_000 && Set(text.utf8).count == 1)
    #expect(try names(folder) == ["a"])
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: OutputError.self) { try OutputFile(path: folder.path) }
    #expect(error?.description.contains("cannot write \(folder.path)") == true)
    try OutputFile.write("x", to: "/dev/null")
  }

  /// A pipe is written to as it is. What blocks does so on threads of its own.
  @Test func aPipeIsNoFile() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    async let text = Command.off { try Command.run(["/bin/cat", path]) }
    try await Command.off { try OutputFile.write("through", to: path) }
    #expect(try await text == "through")
  }
}
