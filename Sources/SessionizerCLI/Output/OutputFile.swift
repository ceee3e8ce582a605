internal import Foundation

/// A file that appears under its name only when it is complete.
///
/// It is written beside its place, under a name that nobody else has, and takes the place at the end: with the rights
/// of the file that was there, through a link to where that leads, and whole though several are written at once.
final class OutputFile: ByteSink, Sendable {
  /// As the user named it.
  private let path: String
  /// Where it goes in the end.
  private let place: String
  /// nil where the path is a device or a pipe, which cannot be replaced.
  private let temporary: String?
  private let sink: FileDescriptorSink

  /// Opens a file for writing; an old one of that name stays until `commit`.
  init(path: String) throws(OutputError) {
    self.path = path
    place = try Self.end(of: path)
    var existing = stat()
    let isThere = stat(place, &existing) == 0
    let descriptor: Int32
    switch existing.st_mode & S_IFMT {
    case S_IFDIR where isThere: throw Self.failure(path, EISDIR)
    case S_IFREG where isThere:
      // The folder's rights alone would let a file be replaced that may not be written.
      guard access(place, W_OK) == 0 else { throw Self.failure(path, errno) }
      (descriptor, temporary) = try Self.openBeside(place, path, mode: 0o600)
      // Whoever may not read the old one must not read the new one: before the first byte.
      _ = fchown(descriptor, existing.st_uid, existing.st_gid)
      if fchmod(descriptor, existing.st_mode & 0o777) != 0 {
        let code = errno
        close(descriptor)
        if let temporary { unlink(temporary) }
        throw Self.failure(path, code)
      }
    case _ where isThere:
      temporary = nil
      descriptor = try Self.openSpecial(path)
    default: (descriptor, temporary) = try Self.openBeside(place, path, mode: 0o666)
    }
    sink = FileDescriptorSink(descriptor: descriptor, name: DisplayText.visible(path))
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
    // Some file systems say only now that there is no room.
    let isWritten = temporary == nil || fsync(sink.descriptor) == 0
    let code = errno
    guard close(sink.descriptor) == 0, isWritten else {
      if let temporary { unlink(temporary) }
      throw Self.failure(path, isWritten ? errno : code)
    }
    if let temporary, rename(temporary, place) != 0 {
      let code = errno
      unlink(temporary)
      throw Self.failure(path, code)
    }
  }

  /// Leaves everything as it was. Not to be called after `commit`.
  func discard() {
    _ = close(sink.descriptor)
    if let temporary { unlink(temporary) }
  }

  // MARK: Opening

  private static func failure(_ path: String, _ code: Int32) -> OutputError {
    .failed("cannot write \(path): \(String(cString: strerror(code)))")
  }

  /// Where a path leads: links stay links, and the file at their end is replaced, or made.
  private static func end(of path: String) throws(OutputError) -> String {
    var place = path
    for _ in 0..<40 {
      var status = stat()
      guard lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return place }
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
      let count = readlink(place, &buffer, Int(PATH_MAX))
      guard count >= 0 else { throw failure(path, errno) }
      let next = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
      place = next.hasPrefix("/") ? next : folder(of: place) + next
    }
    throw failure(path, ELOOP)
  }

  /// With a slash at its end; empty for the current one.
  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  /// A new file in the same folder, under a name that nobody can have put there before.
  private static func openBeside(
    _ place: String, _ path: String, mode: mode_t
  ) throws(OutputError) -> (Int32, String) {
    let name = String(decoding: place.utf8.dropFirst(folder(of: place).utf8.count).prefix(180), as: UTF8.self)
    for _ in 0..<100 {
      let number = String(UInt64.random(in: .min ... .max), radix: 36)
      let temporary = folder(of: place) + ".\(name).\(number).part"
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      if descriptor >= 0 { return (descriptor, temporary) }
      guard errno == EEXIST else { throw failure(path, errno) }
    }
    throw failure(path, EEXIST)
  }

  /// A device, or a pipe, whose reader may come later: it is waited for so that the wait can be interrupted.
  private static func openSpecial(_ path: String) throws(OutputError) -> Int32 {
    while true {
      let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
      if descriptor >= 0 {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return descriptor
      }
      guard errno == ENXIO, !Task.isCancelled else { throw failure(path, errno == ENXIO ? EINTR : errno) }
      usleep(20_000)
    }
  }
}
