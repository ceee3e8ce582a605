#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A window that slides over a file and always holds the record at hand in one piece, in constant memory.
///
/// Positions that the methods take or return count from `start`, the first byte not yet consumed, so that they stay
/// right when more is read.
final class InputWindow {
  /// The longest line or record, without its line end: 1 MiB.
  static let recordLimit = 1 << 20
  private static let readSize = 256 << 10
  /// The longest record with its line end, and room to read on.
  private static let capacity = recordLimit + 2 + readSize

  private let source: any ByteSource
  /// Mutable, so that escapes can be resolved in place: an unescaped text is never longer.
  private let storage: UnsafeMutablePointer<UInt8>
  private var startIndex = 0
  private var endIndex = 0
  private var isAtEnd = false
  /// The number of the line at `start`, counted from 1.
  private(set) var line = 1
  /// What ends a line: LF (and the CR before it), or CR alone.
  private(set) var lineEnd = ASCII.lineFeed
  /// How many bytes were looked at so far, each as often as it was: a measure of work that no clock disturbs.
  var examined = 0
  /// Whether the last line that was peeked at ends with the file instead of a line end.
  private(set) var lastLineIsOpen = false

  init(_ source: any ByteSource) {
    self.source = source
    storage = .allocate(capacity: Self.capacity)
  }

  deinit { storage.deallocate() }

  var start: UnsafeMutablePointer<UInt8> { storage + startIndex }
  var available: Int { endIndex - startIndex }
  /// How many lines were consumed.
  var linesConsumed: Int { line - 1 }

  /// Reads more behind what is there. False at the end of the file.
  func fill() throws(FileFault) -> Bool {
    if isAtEnd { return false }
    if startIndex > 0 {
      memmove(storage, start, available)
      endIndex -= startIndex
      startIndex = 0
    }
    let room = UnsafeMutableRawBufferPointer(
      start: storage + endIndex, count: min(Self.readSize, Self.capacity - endIndex))
    precondition(room.count > 0, "a record over the limit was kept")
    let count = try source.read(into: room)
    isAtEnd = count == 0
    endIndex += count
    return count > 0
  }

  /// Moves on, over so many lines; the last one of a file counts with or without line end.
  func consume(_ count: Int, lines: Int) {
    startIndex += count
    line += lines
  }

  /// The bytes at the front, at least so many if the file has them.
  func front(_ count: Int) throws(FileFault) -> Bytes {
    while available < count, try fill() {}
    return Bytes(start: start, count: available)
  }

  /// Whether everything is read, and nothing is left.
  func isEmpty() throws(FileFault) -> Bool { try front(1).isEmpty }

  /// Finds out what ends the lines: CR alone, if the first CR has no LF behind it and none before. Several CR before an
  /// LF, as a text is left by two conversions, are one line end.
  func detectLineEnd() throws(FileFault) {
    let bytes = try front(64 << 10)
    let feed = bytes.firstIndex(of: ASCII.lineFeed, from: 0) ?? bytes.count
    guard let first = bytes.slice(0..<feed).firstIndex(of: ASCII.carriageReturn, from: 0) else { return }
    var behind = first
    while behind < feed, bytes[behind] == ASCII.carriageReturn { behind += 1 }
    // A CR at the very end of the file may end its only line.
    if behind < feed || feed == bytes.count { lineEnd = ASCII.carriageReturn }
  }

  /// Whether all LF at the front have a CR behind them that does not begin another line end.
  func hasOddLineEnds() throws(FileFault) -> Bool {
    let bytes = try front(64 << 10)
    guard lineEnd == ASCII.lineFeed else { return false }
    var count = 0
    var start = 0
    while let feed = bytes.firstIndex(of: ASCII.lineFeed, from: start), feed + 1 < bytes.count {
      guard bytes[feed + 1] == ASCII.carriageReturn else { return false }
      guard bytes[(feed + 1)...].first(where: { $0 != ASCII.carriageReturn }) != ASCII.lineFeed else { return false }
      count += 1
      start = feed + 1
    }
    return count > 1
  }

  /// Whether the file has nothing but blanks and line ends.
  func isBlank() throws(FileFault) -> Bool {
    let bytes = try front(64 << 10)
    guard bytes.count < 64 << 10 else { return false }
    return bytes.allSatisfy {
      $0 == ASCII.blank || $0 == ASCII.tab || $0 == ASCII.carriageReturn || $0 == ASCII.lineFeed
    }
  }

  enum Line {
    /// The end of the file.
    case end
    /// `length` bytes before the line end, `consumed` with it.
    case line(length: Int, consumed: Int)
    /// Over the limit. Only its front is in the window.
    case tooLong
  }

  /// Finds the end of the line at `start`, and keeps the line in the window.
  func peekLine() throws(FileFault) -> Line {
    var scanned = 0
    while true {
      let bytes = Bytes(start: start, count: available)
      if let index = bytes.firstIndex(of: lineEnd, from: scanned) {
        examined += index + 1 - scanned
        let length = withoutReturn(bytes, index)
        return length > Self.recordLimit ? .tooLong : .line(length: length, consumed: index + 1)
      }
      examined += bytes.count - scanned
      scanned = bytes.count
      if scanned > Self.recordLimit + 1 { return .tooLong }
      if try !fill() {
        if scanned == 0 { return .end }
        lastLineIsOpen = true
        let length = withoutReturn(Bytes(start: start, count: available), scanned)
        return length > Self.recordLimit ? .tooLong : .line(length: length, consumed: scanned)
      }
    }
  }

  private func withoutReturn(_ bytes: Bytes, _ length: Int) -> Int {
    var length = length
    while length > 0, lineEnd == ASCII.lineFeed, bytes[length - 1] == ASCII.carriageReturn { length -= 1 }
    return length
  }

  /// Consumes everything up to and with the next line end, however far away it is.
  func skipLine() throws(FileFault) {
    repeat {
      if let index = Bytes(start: start, count: available).firstIndex(of: lineEnd, from: 0) {
        examined += index + 1
        consume(index + 1, lines: 1)
        return
      }
      examined += available
      consume(available, lines: 0)
    } while try fill()
    line += 1
  }

  /// What `byte(at:)` returns at the end of the file.
  static let atEnd = -1
  /// What `byte(at:)` returns where a record would be over the limit.
  static let overLimit = -2

  /// The byte at a position, or one of the two codes.
  @inline(__always)
  func byte(at position: Int) throws(FileFault) -> Int {
    if position > Self.recordLimit + 1 { return Self.overLimit }
    while position >= available {
      if try !fill() { return Self.atEnd }
    }
    return Int(start[position])
  }

  /// The position of the next such byte, or nil where there is none before the end of the file or the limit.
  func find(_ byte: UInt8, from position: Int) throws(FileFault) -> Int? {
    var position = position
    while true {
      // Nothing beyond the limit is looked at, so that the answer does not depend on how much happens to be there.
      let visible = min(available, Self.recordLimit + 2)
      if let found = Bytes(start: start, count: visible).firstIndex(of: byte, from: position) { return found }
      position = max(position, visible)
      if visible == Self.recordLimit + 2 { return nil }
      if try !fill() { return nil }
    }
  }
}
