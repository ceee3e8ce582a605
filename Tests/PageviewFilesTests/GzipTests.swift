import CZlib
import Testing

@testable import PageviewFiles

func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  guard
    deflateInit2_(
      &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return [] }
  var output = [UInt8](repeating: 0, count: bytes.count + 1000)
  var input = bytes
  let count = input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      deflate(&stream, Z_FINISH)
      return output.count - Int(stream.avail_out)
    }
  }
  deflateEnd(&stream)
  return Array(output.prefix(count))
}

@Suite struct GzipTests {
  private let text = Array(
    ("event_id,user_id,page_view_at,page\n" + (1...40).map { "e\($0),u,2026-01-01,/\($0 * 7919)\n" }.joined()).utf8)

  @Test func `a packed file is the file`() throws {
    let plain = try load(text)
    let packed = gzip(text)
    let loaded = try load(packed)
    #expect(loaded.rows == plain.rows && loaded.rows.count == 40)
    #expect(loaded.summary?.isCompressed == true)
    for size in 1...packed.count { #expect(try load(packed, pieceSizes: [size]).rows == plain.rows) }
  }

  @Test func `members one after the other are one text, even cut inside a line; padding is passed over`() throws {
    let plain = try load(text)
    for cut in [0, 1, 30, 36, text.count / 2, text.count] {
      let packed = gzip(Array(text[..<cut])) + gzip(Array(text[cut...]))
      #expect(try load(packed).rows == plain.rows)
      #expect(try load(packed + [0, 0, 0]).rows == plain.rows)
    }
  }

  @Test func `cut off anywhere, it is a fault`() {
    let packed = gzip(text)
    for count in 1..<packed.count { #expect(fault(Array(packed[..<count])) != nil, "\(count) bytes") }
    let two = packed + packed
    for count in packed.count + 1..<two.count { #expect(fault(Array(two[..<count])) != nil, "\(count) bytes") }
  }

  @Test func `broken anywhere, it is a fault or changes nothing`() throws {
    let plain = try load(text)
    let packed = gzip(text)
    var faults = 0
    for place in 0..<packed.count {
      for bit in [UInt8(0x01), 0x80] {
        var broken = packed
        broken[place] ^= bit
        do throws(FileFault) {
          #expect(try load(broken).rows == plain.rows, "byte \(place)")
          // Time, flags and system in the member's header mean nothing for the text, and the last byte before the
          // checksum and the length (8 bytes) has bits to spare.
          #expect(place < 10 || place == packed.count - 9, "byte \(place)")
        } catch { faults += 1 }
      }
    }
    #expect(faults >= 2 * (packed.count - 10) - 1)
  }

  @Test func `what is behind the end must be a member`() {
    #expect(fault(gzip(text) + Array("more".utf8))?.message.contains("gzip stream is broken") == true)
    #expect(fault(gzip(text) + [0x1f])?.message.contains("ends before its end") == true)
  }
}
