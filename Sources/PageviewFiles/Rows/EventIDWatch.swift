/// Watches whether a field that is called `event_id` is one: a counter of each user, or a type of events, is not.
///
/// The first 200,000 rows are looked at, and up to 100,000 ids remembered, by hashes.
struct EventIDWatch {
  /// Two pageviews of different users with one id.
  struct Conflict {
    var id: String
    var lines: (Int, Int)

    func fault(_ path: String) -> FileFault {
      FileFault(
        path: path, line: lines.1,
        "event_id \(id) is there for another user on line \(lines.0), so that field is not the id of a pageview",
        remedy: "map the field that is (--map event_id=…), or derive ids from the content (--map event_id=none)")
    }
  }

  private struct Seen {
    var user: Int
    var content: Int
    var line: Int
  }

  /// False where somebody said which field the id is.
  var isActive = true
  private(set) var conflict: Conflict?
  private(set) var allAreIntegers = true
  private var seen: [Int: Seen] = [:]
  private var changed = 0
  private var rows = 0
  private static let limit = 100_000

  mutating func see(_ id: Bytes, user: Bytes, at time: Int64, page: Bytes?, line: Int) {
    if allAreIntegers, IntegerText.canonical(id) == nil { allAreIntegers = false }
    guard isActive, conflict == nil, rows < 2 * Self.limit else { return }
    rows += 1
    let key = Self.hash(id)
    let owner = Self.hash(user)
    guard let first = seen[key] else {
      if seen.count < Self.limit {
        seen[key] = Seen(user: owner, content: Self.content(owner, time, page), line: line)
      }
      return
    }
    if first.user != owner {
      conflict = Conflict(id: LineFault.printable(id) ?? "", lines: (first.line, line))
    } else if first.content != Self.content(owner, time, page) {
      changed += 1
    }
  }

  /// Most rows have an id that was there before, with another time or page: it is no id.
  func fault(_ path: String) -> FileFault? {
    guard changed >= 10, changed * 2 > rows else { return nil }
    return FileFault(
      path: path,
      "\(changed) of \(rows) lines have an event_id that is there before with another time or page, so that "
        + "field is not the id of a pageview",
      remedy: "map the field that is (--map event_id=…), or derive ids from the content (--map event_id=none)")
  }

  var notices: [String] {
    guard changed > 0 else { return [] }
    let lines = changed == 1 ? "1 line has" : "\(changed) lines have"
    return [
      "\(lines) an event_id that is there before with another time or page; run keeps the first of each and puts the "
        + "others into quarantine. If event_id is not the id of a pageview: --map event_id=none"
    ]
  }

  private static func hash(_ bytes: Bytes) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    return hasher.finalize()
  }

  private static func content(_ user: Int, _ time: Int64, _ page: Bytes?) -> Int {
    var hasher = Hasher()
    hasher.combine(user)
    hasher.combine(time)
    hasher.combine(page?.count ?? -1)
    if let page { hasher.combine(bytes: UnsafeRawBufferPointer(page)) }
    return hasher.finalize()
  }
}
