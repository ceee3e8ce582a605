internal import CBzip2

/// Unpacks bzip2.
final class Bzip2Codec: PackedSource.Codec {
  let name = "bzip2"
  private let stream: UnsafeMutablePointer<bz_stream>

  static let magic = Array("BZh".utf8)

  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: bz_stream())
    guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { return nil }
  }

  deinit {
    BZ2_bzDecompressEnd(stream)
    stream.deallocate()
  }

  func restart() -> Bool {
    BZ2_bzDecompressEnd(stream)
    stream.pointee = bz_stream()
    return BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK
  }

  func step(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> PackedSource.Step {
    // It only reads what it is given.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    stream.pointee.avail_out = UInt32(clamping: output.count)
    let room = Int(stream.pointee.avail_out)
    let code = BZ2_bzDecompress(stream)
    let taken = input.count - Int(stream.pointee.avail_in)
    let given = room - Int(stream.pointee.avail_out)
    switch code {
    case BZ_OK: return .moved(taken: taken, given: given)
    case BZ_STREAM_END: return .frameEnded(taken: taken, given: given)
    case BZ_MEM_ERROR: return .broken("there is no memory for it")
    case BZ_DATA_ERROR, BZ_DATA_ERROR_MAGIC: return .broken("its data are damaged")
    default: return .broken("code \(code)")
    }
  }
}
