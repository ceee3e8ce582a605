import Crypto
import SessionPlan
import Testing

@testable import PageviewFiles

@Suite struct DerivedEventIDTests {
  private let time = "2026-01-01 00:00:00.000000"

  private func id(_ user: String, _ page: String?, _ occurrence: Int = 1) -> String {
    DerivedEventID.text(
      user: user, at: Timestamp(text: time) ?? .earliest, page: page, occurrence: occurrence)
  }

  @Test func `the form of the contract`() {
    #expect(id("ann", "/a") == "3:ann\(time)2:/a#1")
    #expect(id("bób", "", 12) == "4:bób\(time)0:#12")
    #expect(id("ann", nil) == "3:ann\(time)-#1")
    #expect(id("ann", "-") == "3:ann\(time)1:-#1")
  }

  @Test func `a page is hashed where the id is over 1,024 bytes, and only there`() {
    for length in 900...1100 {
      let page = String(repeating: "p", count: length)
      let plain = "1:u\(time)\(length):\(page)#1"
      let digest = SHA256.hash(data: Array(page.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      let expected = plain.utf8.count <= 1024 ? plain : "1:u\(time)\(length):\(digest)#1"
      #expect(id("u", page) == expected)
    }
  }

  @Test func `occurrences are counted for each content in the file`() throws {
    let loaded = try load(
      "user_id,page_view_at,page\nu,2026-01-01,/\nu,2026-01-01,/\nu,2026-01-01,\nu,2026-01-01,\"\"\nu,2026-01-01T00:00Z,/\n"
    )
    #expect(
      loaded.events == [
        "1:u\(time)1:/#1", "1:u\(time)1:/#2", "1:u\(time)-#1", "1:u\(time)0:#1", "1:u\(time)1:/#3",
      ])
    #expect(loaded.summary?.derivesEventIDs == true)
  }

  @Test func `a user so long that even the short form does not fit is faulted`() throws {
    let user = String(repeating: "u", count: 1000)
    let loaded = try load("user_id,page_view_at,page\n\(user),2026-01-01,/\nu,2026-01-01,/\n")
    #expect(loaded.reasons == [.keyTooLong])
    #expect(loaded.rows.count == 1)
  }

  @Test func `integer ids cannot be derived`() {
    let options = LoadOptions(eventIDType: .integer)
    #expect(fault("user_id,page_view_at\nu,2026-01-01\n", options)?.description.contains("event_id_type") == true)
    #expect(fault("{\"user_id\":1}\n", path: "x.jsonl", options)?.description.contains("event_id_type") == true)
    let line = "::1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 -\n"
    #expect(fault(line, path: "x", options)?.description.contains("event_id_type") == true)
    #expect(fault("user_id,page_view_at\n", LoadOptions(derivesMissingEventIDs: false)) != nil)
  }

  @Test func `the table counts as a dictionary does, while it grows and where hashes collide`() {
    struct Key: Hashable {
      var hash: UInt64
      var check: UInt32
    }
    let table = OccurrenceTable()
    var expected: [Key: Int] = [:]
    var random = Random(1)
    for _ in 0..<50_000 {
      // Few different low bits, so that slots are fought over.
      let key = Key(
        hash: UInt64.random(in: 0..<3000, using: &random) << 7, check: UInt32.random(in: 0..<3, using: &random))
      expected[key, default: 0] += 1
      #expect(table.count(hash: key.hash, check: key.check) == expected[key])
    }
    #expect(table.count == expected.count && expected.count > 5000)
  }

  /// With contents in a file, or where there can be no file, the counts are the same.
  @Test(arguments: [nil, "/nowhere/at/all"]) func `the table counts as a dictionary does, with most of it in a file`(
    folder: String?
  ) {
    struct Key: Hashable {
      var hash: UInt64
      var check: UInt32
    }
    let table = OccurrenceTable(greatestSlots: 1024, folder: folder)
    var expected: [Key: Int] = [:]
    var random = Random(2)
    for round in 0..<40_000 {
      // Some hashes have many checks, more than a block of the file holds; some contents come again late.
      let isCrowded = round % 4 == 0
      let key = Key(
        hash: isCrowded ? 7 << 40 : UInt64.random(in: 0..<20_000, using: &random) &* 0x9E37_79B9_7F4A_7C15,
        check: UInt32.random(in: 0..<(isCrowded ? 2000 : 2), using: &random) << 3)
      expected[key, default: 0] += 1
      #expect(table.count(hash: key.hash, check: key.check) == expected[key])
    }
    #expect(table.isSpilled == (folder == nil))
    #expect(table.failure == nil)
  }

  @Test func `hashes tell texts apart`() {
    let hasher = ContentHasher()
    var random = Random(3)
    var seen: [ContentHash: [UInt8]?] = [:]
    func see(_ text: [UInt8]?) {
      let hash =
        text.map { $0.withUnsafeBufferPointer { hasher.hash($0, after: hasher.hash(7, after: hasher.hash($0))) } }
        ?? hasher.hash(nil, after: ContentHash(first: 1, second: 2))
      if let other = seen[hash] { #expect(other == text) }
      seen[hash] = text
    }
    see(nil)
    for length in 0...100 {
      var text = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      see(text)
      for place in text.indices {
        text[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        see(text)
      }
      see(Array(repeating: 0, count: length))
    }
    // All of them are others.
    #expect(seen.count == 1 + 101 + 5050 + 101 - 1)
    #expect(Set(seen.keys.map(\.first)).count == seen.count && Set(seen.keys.map(\.second)).count == seen.count)
    let empty = ContentHash(first: 1, second: 2)
    #expect(hasher.hash(nil, after: empty) != hasher.hash(Bytes(start: nil, count: 0), after: empty))
  }
}
