/// Feeds a decompressor: keeps its input, and asks it for output until there is some.
final class PackedSource: ByteSource {
  /// What a step of a decompressor did.
  enum Step {
    /// It took and gave so many bytes.
    case moved(taken: Int, given: Int)
    /// The same, and a frame ended; another may follow.
    case frameEnded(taken: Int, given: Int)
    case broken(String)
  }

  /// One decompressor.
  protocol Codec: AnyObject {
    var name: String { get }
    func step(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> Step
    /// Makes it ready for the next frame. False where it cannot be.
    func restart() -> Bool
  }

  private let path: String
  private let source: any ByteSource
  private let codec: any Codec
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  private var start = 0
  private var end = 0
  private var isSourceAtEnd = false
  private var isInsideFrame = true
  private var given: Int64 = 0

  init(path: String, _ source: any ByteSource, _ codec: any Codec) {
    self.path = path
    self.source = source
    self.codec = codec
  }

  deinit { input.deallocate() }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
    while true {
      if start == end, !isSourceAtEnd {
        start = 0
        end = try source.read(into: input)
        isSourceAtEnd = end == 0
      }
      if !isInsideFrame {
        if start == end { return 0 }
        // Padding, as the tools pass over it.
        if input[start] == 0 {
          start += 1
          continue
        }
        guard codec.restart() else { throw fault("cannot go on after its first part", "unpack it, and load that") }
        isInsideFrame = true
      }
      let taken: Int
      let count: Int
      switch codec.step(UnsafeRawBufferPointer(rebasing: input[start..<end]), buffer) {
      case .moved(let bytes, let made): (taken, count) = (bytes, made)
      case .frameEnded(let bytes, let made):
        (taken, count) = (bytes, made)
        isInsideFrame = false
      case .broken(let reason): throw fault("is broken: \(reason)", "copy the file again")
      }
      start += taken
      given += Int64(count)
      if count > 0 { return count }
      if isInsideFrame, taken == 0, start == end, isSourceAtEnd {
        throw fault("ends before its end", "the file is cut off: copy it again")
      }
      if isInsideFrame, taken == 0, start < end { throw fault("does not go on", "copy the file again") }
    }
  }

  private func fault(_ message: String, _ remedy: String) -> FileFault {
    FileFault(path: path, "the \(codec.name) stream \(message) (after \(given) bytes of text)", remedy: remedy)
  }
}
