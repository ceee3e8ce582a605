public import BackendConformance

/// What `agg` must show, in integer arithmetic from sessions and events.
public struct AggregateOracle: Hashable, Sendable {
  public struct PageCount: Hashable, Sendable {
    public var page: ByteKey?
    public var count: Int

    public init(page: ByteKey?, count: Int) {
      self.page = page
      self.count = count
    }
  }

  public struct Day: Hashable, Sendable {
    /// `YYYY-MM-DD`, UTC.
    public var day: ByteKey
    /// Sessions that start on the day.
    public var sessions = 0
    /// Pageviews of the day itself.
    public var pageviews = 0
    /// Users with a pageview on the day.
    public var users = 0
    /// Sessions that start on the day and have one pageview.
    public var bounces = 0
  }

  public struct User: Hashable, Sendable {
    public var user: ByteKey
    public var sessions = 0
    public var pageviews = 0
    /// Microseconds since 1970.
    public var firstViewAt: Int64
    public var lastViewAt: Int64
    /// The sum of the sessions' durations, in microseconds.
    public var duration: Int64 = 0
  }

  public let sessions: Int
  public let users: Int
  public let pageviews: Int
  public let bounces: Int
  /// By bytes of the user.
  public let perUser: [User]
  /// Days with a session or a pageview, in order.
  public let perDay: [Day]
  private let durations: [Int64]
  private let records: [SessionRecord]

  public init(_ scratch: FromScratch) {
    records = scratch.sessions
    sessions = records.count
    pageviews = scratch.events.count
    bounces = records.filter { $0.pageviews == 1 }.count
    durations = records.map { $0.endedAt - $0.startedAt }.sorted()
    var users: [ByteKey: User] = [:]
    var days: [ByteKey: Day] = [:]
    var seen: [ByteKey: Set<ByteKey>] = [:]
    for event in scratch.events {
      let row = event.pageview
      var user = users[row.user] ?? User(user: row.user, firstViewAt: row.time, lastViewAt: row.time)
      user.pageviews += 1
      user.firstViewAt = min(user.firstViewAt, row.time)
      user.lastViewAt = max(user.lastViewAt, row.time)
      users[row.user] = user
      let day = ByteKey(CalendarText.day(row.time))
      days[day, default: Day(day: day)].pageviews += 1
      seen[day, default: []].insert(row.user)
    }
    for session in records {
      users[session.user]?.sessions += 1
      users[session.user]?.duration += session.endedAt - session.startedAt
      let day = ByteKey(CalendarText.day(session.startedAt))
      days[day, default: Day(day: day)].sessions += 1
      if session.pageviews == 1 { days[day]?.bounces += 1 }
    }
    for (day, users) in seen { days[day]?.users = users.count }
    self.users = users.count
    perUser = users.values.sorted { $0.user < $1.user }
    perDay = days.values.sorted { $0.day < $1.day }
  }

  /// Millionths of a pageview; nil where there is no session.
  public var meanPageviews: Int64? { Self.mean(Int64(pageviews) * 1_000_000, sessions) }
  /// Millionths: 1,000,000 where every session is a bounce; nil where there is no session.
  public var bounceRate: Int64? { Self.mean(Int64(bounces) * 1_000_000, sessions) }
  /// Microseconds; nil where there is no session.
  public var meanDuration: Int64? { Self.mean(durations.reduce(0, +), sessions) }
  public var medianDuration: Int64? { percentile(50) }
  public var p95Duration: Int64? { percentile(95) }

  /// The duration at nearest rank: row (p·n + 99) div 100, counted from 1.
  public func percentile(_ p: Int) -> Int64? {
    sessions == 0 ? nil : durations[(p * sessions + 99) / 100 - 1]
  }

  /// Entry pages by count descending, then by bytes, NULL first.
  public var entryPages: [PageCount] { Self.ranked(records.map(\.entryPage)) }
  /// Exit pages in the same order.
  public var exitPages: [PageCount] { Self.ranked(records.map(\.exitPage)) }

  /// A sum divided once, half up.
  public static func mean(_ sum: Int64, _ count: Int) -> Int64? {
    count == 0 ? nil : (2 * sum + Int64(count)) / (2 * Int64(count))
  }

  private static func ranked(_ pages: [ByteKey?]) -> [PageCount] {
    var counts: [ByteKey?: Int] = [:]
    for page in pages { counts[page, default: 0] += 1 }
    return counts.map { PageCount(page: $0.key, count: $0.value) }.sorted {
      $0.count != $1.count ? $0.count > $1.count : nullsFirst($0.page, $1.page)
    }
  }
}
