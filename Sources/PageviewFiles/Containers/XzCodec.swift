internal import CLzma

/// Unpacks xz.
final class XzCodec: PackedSource.Codec {
  let name = "xz"
  private let stream: UnsafeMutablePointer<lzma_stream>

  static let magic: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
  /// What unpacking may take; xz -9 needs 65 MiB.
  private static let memory: UInt64 = 256 << 20

  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: sessionizer_lzma_stream())
    guard restart() else { return nil }
  }

  deinit {
    lzma_end(stream)
    stream.deallocate()
  }

  func restart() -> Bool { lzma_stream_decoder(stream, Self.memory, 0) == LZMA_OK }

  func step(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> PackedSource.Step {
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = input.count
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = output.count
    let code = lzma_code(stream, LZMA_RUN)
    let taken = input.count - stream.pointee.avail_in
    let given = output.count - stream.pointee.avail_out
    switch code {
    case LZMA_OK, LZMA_BUF_ERROR: return .moved(taken: taken, given: given)
    case LZMA_STREAM_END: return .frameEnded(taken: taken, given: given)
    case LZMA_MEMLIMIT_ERROR, LZMA_MEM_ERROR: return .broken("unpacking it needs over 256 MiB")
    case LZMA_FORMAT_ERROR, LZMA_DATA_ERROR: return .broken("its data are damaged")
    default: return .broken("code \(code.rawValue)")
    }
  }
}
