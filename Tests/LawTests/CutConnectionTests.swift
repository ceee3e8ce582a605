import Foundation
import PrivateServer
import SessionPlan
import SessionRunner
import Testing
import WarehouseDriver

/// A connection that is cut anywhere in the first kilobytes is one clear line, and never the end of the process: drivers
/// run in a process of their own here.
@Suite(.fewAtOnce) struct CutConnectionTests {
  @Test(
    arguments: [Engine.postgresC, .psqlODBC, .mariadb].filter(Engine.live.contains),
    [
      CuttingProxy.Cut.finish, .reset,
    ])
  func everyCutIsOneLine(engine: Engine, cut: CuttingProxy.Cut) async throws {
    let place = try await Place.make(on: engine)
    let context = try await place.context()
    try await context.create()
    try await TwoBatches.insert(0, of: 30, into: context.connection)
    await context.connection.close()
    let (url, port) = try place.urlOfAnyPort()
    // Each offset by one of the two ways to be cut; all of them together in the longer tests.
    // psqlODBC asks the catalog for more than the others, and is through after some 15 kB.
    let step = engine == .psqlODBC ? 80 : 40
    let process = Process()
    process.executableURL = try RunProcess.helper()
    process.arguments = [
      url, engine.rawValue, "cut", "\(port)", cut.rawValue, cut == .finish ? "0" : "20", "\(300 * step)", "\(step)",
    ]
    process.standardInput = FileHandle.nullDevice
    let output = Process.exclusively { Pipe() }
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.start()
    let said = try await Command.off { output.fileHandleForReading.readDataToEndOfFile() }
    try await Command.off { process.waitUntilExit() }
    let lines = String(decoding: said, as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(process.terminationReason == .exit, "ended by a signal at offset \(lines.last ?? "")")
    #expect(lines.last == "end")
    var answers = 0
    for (index, line) in lines.dropLast().enumerated() where index % 2 == 1 {
      answers += 1
      guard line != "ok" else { continue }
      #expect(!line.hasPrefix("no driver's error") && line.contains("; "), "at \(lines[index - 1]): \(line)")
    }
    #expect(answers == 300 && lines.count == 601)
    #expect(lines.contains("ok") && lines.dropFirst().contains { $0.contains("connection") })
    place.remove()
  }
}
