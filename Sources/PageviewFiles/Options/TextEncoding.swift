/// The encodings of text files.
public enum TextEncoding: String, Hashable, Sendable, CaseIterable {
  case utf8 = "utf-8"
  /// By its byte order mark.
  case utf16 = "utf-16"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"
  case latin1 = "latin-1"
  case windows1252 = "windows-1252"

  /// The name by which iconv knows it; nil where nothing is to be converted.
  var iconvName: String? {
    switch self {
    case .utf8: nil
    case .utf16: "UTF-16"
    case .utf16LittleEndian: "UTF-16LE"
    case .utf16BigEndian: "UTF-16BE"
    case .latin1: "ISO-8859-1"
    case .windows1252: "CP1252"
    }
  }
}
