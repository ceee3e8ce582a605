internal import Foundation
internal import Synchronization
internal import WarehouseDriver

/// The statements of this process, each kind of them once: a file of JSON lines in the folder that the environment
/// variable `SESSIONIZER_STATEMENTS` names, which `Reader/read_statements.py` reads.
///
/// A statement is written when it is first seen, so that a process that is killed leaves what it has sent.
public final class StatementRecorder: Sendable {
  /// nil where nothing is to be recorded.
  public static let shared: StatementRecorder? =
    ProcessInfo.processInfo.environment["SESSIONIZER_STATEMENTS"].flatMap(StatementRecorder.init)

  /// One line of the file. Its number is that of its count in the other file, which is written at the end.
  private struct Line: Encodable {
    var engine: String
    var phase: String?
    var byHand: String?
    var sql: String
  }

  private struct State {
    /// The line of each text, and of each kind of text, by their hashes.
    var texts: [Int: Int] = [:]
    var kinds: [Int: Int] = [:]
    var counts: [Int] = []
  }

  private let state = Mutex(State())
  private let output: FileHandle
  private let countsPath: String

  private init?(folder: String) {
    let name = "\(folder)/\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: .min ... .max))"
    countsPath = name + ".counts"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard FileManager.default.createFile(atPath: name + ".jsonl", contents: nil),
      let output = FileHandle(forWritingAtPath: name + ".jsonl")
    else {
      // A record that is silently empty would be evidence of nothing.
      fatalError("SESSIONIZER_STATEMENTS: \(folder) cannot be written")
    }
    self.output = output
    atexit { StatementRecorder.shared?.writeCounts() }
  }

  /// How many different texts are kept in memory at once; forgotten ones are only looked at anew.
  private static let mostTexts = 300_000

  func record(_ sql: String, engine: String) {
    let place = (engine: engine, phase: WorkPhase.current?.rawValue, byHand: ByHand.reason)
    func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
      var hasher = Hasher()
      hasher.combine(place.engine)
      hasher.combine(place.phase)
      hasher.combine(place.byHand)
      hasher.combine(bytes: bytes)
      return hasher.finalize()
    }
    var copy = sql
    let text = copy.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    let isKnown = state.withLock { state in
      guard let line = state.texts[text] else { return false }
      state.counts[line] += 1
      return true
    }
    if isKnown { return }
    let shape = StatementShape(sql, usesBackslashes: engine == "mariadb")
    let kind = shape.kind.withUnsafeBytes(hash)
    state.withLock { state in
      if state.texts.count >= Self.mostTexts { state.texts.removeAll(keepingCapacity: true) }
      if let line = state.kinds[kind] {
        state.texts[text] = line
        state.counts[line] += 1
        return
      }
      let line = state.counts.count
      state.counts.append(1)
      state.kinds[kind] = line
      state.texts[text] = line
      write(Line(engine: place.engine, phase: place.phase, byHand: place.byHand, sql: shape.sample))
    }
  }

  private func write(_ line: Line) {
    guard var data = try? JSONEncoder().encode(line) else { return }
    data.append(UInt8(ascii: "\n"))
    try? output.write(contentsOf: data)
  }

  /// How often each was sent: one number a line.
  private func writeCounts() {
    let counts = state.withLock { $0.counts }
    try? counts.map(String.init).joined(separator: "\n").write(toFile: countsPath, atomically: true, encoding: .utf8)
  }
}
