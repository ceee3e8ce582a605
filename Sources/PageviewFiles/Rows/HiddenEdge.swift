/// Characters beyond ASCII that nobody sees, at the front or the end of a key.
///
/// With one of them a key is another. Files that were put one behind the other have byte order marks, and what people
/// copy out of pages has no-break spaces.
enum HiddenEdge {
  private static let characters = [
    "\u{85}", "\u{A0}", "\u{AD}", "\u{1680}", "\u{180E}", "\u{2000}", "\u{2001}",
    "\u{2002}", "\u{2003}", "\u{2004}",
    "\u{2005}", "\u{2006}", "\u{2007}", "\u{2008}", "\u{2009}", "\u{200A}", "\u{200B}", "\u{200C}", "\u{200D}",
    "\u{200E}",
    "\u{200F}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202C}", "\u{202F}", "\u{205F}", "\u{2060}", "\u{3000}",
    "\u{FEFF}",
  ].map { Array($0.utf8) }

  static func isThere(_ key: Bytes) -> Bool {
    // Nearly all keys begin and end with ASCII.
    guard let first = key.first, let last = key.last, first >= 0x80 || last >= 0x80 else { return false }
    return characters.contains { character in
      key.starts(with: character) || key.suffix(character.count).elementsEqual(character)
    }
  }
}
