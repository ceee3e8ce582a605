internal import Foundation

/// A program that shows a long table page by page, where the user has named one.
///
/// Unchecked, since a process and a pipe are not Sendable: both are set up before anybody else has the object, and used by
/// one writer, one call after the other.
final class Pager: ByteSink, @unchecked Sendable {
  private let process: Process
  private let pipe: Pipe
  private let sink: FileDescriptorSink

  /// `SESSIONIZER_PAGER`, else `PAGER`; nil where neither is set, or is empty, or there is no terminal.
  static func start(_ console: Console, _ variables: [String: String]) -> Pager? {
    guard console.outputStyle.isTerminal, let program = variables["SESSIONIZER_PAGER"] ?? variables["PAGER"],
      !program.trimmingCharacters(in: .whitespaces).isEmpty, program != "cat"
    else { return nil }
    return Pager(program, variables)
  }

  private init?(_ program: String, _ variables: [String: String]) {
    process = Process()
    pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", program]
    // As git has it: colours pass, lines are not folded, what fits on one page is simply shown.
    process.environment = ["LESS": "FRSX"].merging(variables) { $1 }
    process.standardInput = pipe.fileHandleForReading
    sink = FileDescriptorSink(descriptor: pipe.fileHandleForWriting.fileDescriptor, name: "the pager")
    do { try process.run() } catch { return nil }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError) { try sink.write(bytes) }

  /// Waits until the user has seen enough.
  func finish() {
    try? pipe.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
