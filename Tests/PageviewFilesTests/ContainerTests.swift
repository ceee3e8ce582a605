import Foundation
import Testing

@testable import PageviewFiles

/// One small file as zstd, bzip2, xz and zip write it.
@Suite struct ContainerTests {
  static let packed: [(name: String, base64: String)] = [
    (
      "zstd",
      """
      KLUv/WQUAPUDAIJGFhiAtw6YyIpYEoTays9As2k0lkSSQY/WgDrlveE8USRMQv5aN3HCjkKRQElw1ppAqzsIi89ill+c4cyRh3rl
      F8VNywDePJsDswY7vxRaHZobVHP9sHCFtOQDDgBFUQLgEXT2HZMIXAg6E7UNDMyrnqAVgNyeW+iCgWsyAVS+j/o=
      """
    ),
    (
      "bzip2",
      """
      QlpoOTFBWSZTWYxrO1gAAIjbgAAQQgb/MAAAvqXfgDAArbBKhqNCemjTU/VHqMym1BKp+lBoAAHqABJQjQGgDIAFfOtEodRA97MU
      aN0Qo5zLfVAoB+AUjJwzVG6UQJAMAanGCUzQHRAsnKAJPAewBErMIgA4mIKNDJJkOfe8PbEON1PIRrk7GoKKnZjyJ41IXzsWyIVL
      16IyPO5AfhjcCbZZ/xdyRThQkIxrO1g=
      """
    ),
    (
      "xz",
      """
      /Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AETAHhdADqcyM7hrEgAwAj/JVdhJCXvVXJ6Xp1m14F3nu4LQq382WafWtHjPPBlLBEn
      lsp3nl7ePA1o53kGVxxrf47rhppt70pLvGeLCUzJUecvCCkeYmmETe6Ml/X4Bpr1lUGC3H3iCFS7HC9lILHP//mgksCibGrIinRk
      QACxgECHekJXzAABlAGUAgAApQtkSbHEZ/sCAAAAAARZWg==
      """
    ),
    (
      "zip",
      """
      UEsDBBQAAAAIAChpfV2nYSJMewAAABQBAAAJABwAdmlld3MuY3N2VVQJAAP7Iwxr+yMMa3V4CwABBAAAAAAEAAAAAHWNQQrDIBBF
      9zlFN90pjloL9TIyGpGBkkis6fVr3RRMCrP5vPf/1BI3RzPLmKLbKb4dvnqYKkemQN05aA7yIsHC95hoxP8lh47pJG8UaElNCIMg
      YRDGbS274J9rEnhV4E++6Js1DybmNZQDbfUfFZjpzDBWNaNQWmqePlBLAQIeAxQAAAAIAChpfV2nYSJMewAAABQBAAAJABgAAAAA
      AAEAAACkgQAAAAB2aWV3cy5jc3ZVVAUAA/sjDGt1eAsAAQQAAAAABAAAAABQSwUGAAAAAAEAAQBPAAAAvgAAAAAA
      """
    ),
    (
      // Its checksum stands behind the content.
      "zip of a stream",
      """
      UEsDBBQACAAIAABQYVwAAAAAAAAAAAAAAAAFAAAAdi5jc3Z1jUEKwyAQRfc5RTfdKY5aC/UyMhqRgZJIrOn1a90UTAqz+bz3/9QS
      N0czy5ii2ym+Hb56mCpHpkDdOWgO8iLBwveYaMT/JYeO6SRvFGhJTQiDIGEQxm0tu+CfaxJ4VeBPvuibNQ8m5jWUA231HxWY6cww
      VjWjUFpqnj5QSwcIp2EiTHsAAAAUAQAAUEsBAhQDFAAIAAgAAFBhXKdhIkx7AAAAFAEAAAUAAAAAAAAAAAAAAIABAAAAAHYuY3N2
      UEsFBgAAAAABAAEAMwAAAK4AAAAAAA==
      """
    ),
  ]

  private static let plain = """
    user_id,page_view_at,page
    u-a,2026-03-01 10:00:00,/
    u-b,2026-03-01 10:00:00,/
    u-a,2026-03-01 10:05:00,/pricing
    u-c,2026-03-01 10:10:00,/pricing
    u-b,2026-03-01 10:31:00,/blog/a%20b
    u-a,2026-03-01 10:34:59,/docs
    u-a,2026-03-01 11:04:59,/docs/api
    u-a,2026-03-01 11:05:29,/signup

    """

  private func bytes(_ index: Int) throws -> [UInt8] {
    Array(try #require(Data(base64Encoded: Self.packed[index].base64, options: .ignoreUnknownCharacters)))
  }

  @Test(arguments: packed.indices) func `the content is read, however it arrives`(index: Int) throws {
    let wanted = try load(Self.plain)
    #expect(wanted.rows.count == 8)
    for sizes in [[Int.max], [1], [7, 100]] {
      let loaded = try load(bytes(index), pieceSizes: sizes)
      #expect(loaded.rows == wanted.rows)
      #expect(loaded.summary?.isCompressed == true)
    }
  }

  @Test(arguments: packed.indices) func `cut off anywhere, nothing wrong is read`(index: Int) throws {
    let wanted = try load(Self.plain).rows
    let whole = try bytes(index)
    for count in 12..<whole.count {
      do throws(FileFault) {
        // The directory behind a zip's member may be missing.
        #expect(try load(Array(whole[..<count])).rows == wanted, "\(count) bytes")
        #expect(Self.packed[index].name.hasPrefix("zip"), "\(count) bytes")
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }

  @Test(arguments: packed.indices) func `broken anywhere, it is a fault or changes nothing`(index: Int) throws {
    let wanted = try load(Self.plain).rows
    let whole = try bytes(index)
    var faults = 0
    for place in 10..<whole.count {
      var broken = whole
      broken[place] ^= 0x10
      do throws(FileFault) {
        let rows = try load(broken, LoadOptions(format: .csv)).rows
        // This zstd frame has no checksum; the others have one.
        if Self.packed[index].name != "zstd" { #expect(rows == wanted, "byte \(place)") }
      } catch { faults += 1 }
    }
    #expect(faults > whole.count / 4)
  }

  @Test(arguments: packed.indices.filter { !packed[$0].name.hasPrefix("zip") })
  func `two parts one after the other are one file`(index: Int) throws {
    let two = try bytes(index) + bytes(index)
    let loaded = try load(two, LoadOptions(columns: ColumnMapping()))
    // The second part's header is a line like others.
    #expect(loaded.rows.count == 16)
    #expect(loaded.reasons == [.badTime])
  }

  @Test func `a zip file with two members is refused`() throws {
    let zip = try bytes(3)
    let member = Array(zip[..<(zip.count - 101)])
    let directory = Array(zip[(zip.count - 101)...])
    #expect(fault(member + member + directory)?.message.contains("more than one member") == true)
  }
}
