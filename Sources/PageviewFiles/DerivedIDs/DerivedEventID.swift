internal import Crypto
public import SessionPlan

/// The event id of a pageview that has none: its whole content, so that two pageviews never share one.
///
/// `<bytes of user>:<user><26-character time><bytes of page>:<page>#<n>`, lengths in bytes of UTF-8. A NULL page is
/// `-` in place of length, colon and text. Where that is over 1,024 bytes, the page's text is replaced by its SHA-256
/// in lower-case hex (its length stays). n counts the pageviews of one content from 1.
///
/// ```swift
/// DerivedEventID.text(user: "ann", at: Timestamp(microseconds: 0), page: "/", occurrence: 1)
/// // 3:ann1970-01-01 00:00:00.0000001:/#1
/// ```
public enum DerivedEventID {
  /// The longest key that is sessionized, in bytes of UTF-8.
  public static let limit = 1024

  public static func text(user: String, at time: Timestamp, page: String?, occurrence: Int) -> String {
    var bytes: [UInt8] = []
    var user = user
    user.withUTF8 { user in
      if var page {
        page.withUTF8 { append(user: user, at: time, page: $0, occurrence: occurrence, to: &bytes) }
      } else {
        append(user: user, at: time, page: nil, occurrence: occurrence, to: &bytes)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The same, from and to bytes. An id of a very long user may be over `limit` even so.
  public static func append(
    user: UnsafeBufferPointer<UInt8>, at time: Timestamp, page: UnsafeBufferPointer<UInt8>?, occurrence: Int,
    to bytes: inout [UInt8]
  ) {
    let first = bytes.count
    appendDecimal(user.count, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(contentsOf: user)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
      bytes.append(contentsOf: buffer[..<time.write(to: buffer)])
    }
    let pageStart = bytes.count
    if let page {
      appendDecimal(page.count, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      bytes.append(contentsOf: page)
    } else {
      bytes.append(UInt8(ascii: "-"))
    }
    appendOccurrence(occurrence, to: &bytes)
    guard let page, bytes.count - first > limit else { return }
    bytes.removeSubrange(pageStart...)
    appendDecimal(page.count, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    for byte in SHA256.hash(data: page) {
      bytes.append(hexDigits[Int(byte >> 4)])
      bytes.append(hexDigits[Int(byte & 15)])
    }
    appendOccurrence(occurrence, to: &bytes)
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  private static func appendOccurrence(_ occurrence: Int, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "#"))
    appendDecimal(occurrence, to: &bytes)
  }

  private static func appendDecimal(_ value: Int, to bytes: inout [UInt8]) {
    if value < 10 { bytes.append(48 + UInt8(value)) } else { bytes.append(contentsOf: String(value).utf8) }
  }
}
