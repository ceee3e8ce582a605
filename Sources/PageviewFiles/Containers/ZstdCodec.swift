internal import CZstd

/// Unpacks zstd.
final class ZstdCodec: PackedSource.Codec {
  let name = "zstd"
  private let stream: OpaquePointer

  static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  init?() {
    guard let stream = ZSTD_createDStream() else { return nil }
    self.stream = stream
    ZSTD_initDStream(stream)
  }

  deinit { ZSTD_freeDStream(stream) }

  func restart() -> Bool { ZSTD_isError(ZSTD_initDStream(stream)) == 0 }

  func step(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> PackedSource.Step {
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let code = ZSTD_decompressStream(stream, &target, &source)
    if ZSTD_isError(code) != 0 { return .broken(String(cString: ZSTD_getErrorName(code))) }
    return code == 0
      ? .frameEnded(taken: source.pos, given: target.pos) : .moved(taken: source.pos, given: target.pos)
  }
}
