internal import Foundation

/// A file that appears under its name only when it is complete.
final class OutputFile: ByteSink, Sendable {
  private let path: String
  private let temporary: String?
  private let sink: FileDescriptorSink

  /// Opens a file for writing; an old one of that name stays until `commit`.
  init(path: String) throws(OutputError) {
    self.path = path
    var existing = stat()
    let isPlain = stat(path, &existing) != 0 || existing.st_mode & S_IFMT == S_IFREG
    // A device or a pipe cannot be replaced.
    temporary = isPlain ? path + ".part" : nil
    let descriptor = open(temporary ?? path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    guard descriptor >= 0 else {
      throw .failed("cannot write \(path): \(String(cString: strerror(errno)))")
    }
    sink = FileDescriptorSink(descriptor: descriptor, name: path)
  }

  /// Writes a whole file.
  static func write(_ text: String, to path: String) throws {
    let file = try OutputFile(path: path)
    do {
      try file.write(text)
      try file.commit()
    } catch {
      file.discard()
      throw error
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError) { try sink.write(bytes) }

  func commit() throws(OutputError) {
    guard close(sink.descriptor) == 0, temporary.map({ rename($0, path) == 0 }) ?? true else {
      throw .failed("cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }

  /// Leaves everything as it was.
  func discard() {
    _ = close(sink.descriptor)
    if let temporary { unlink(temporary) }
  }
}
