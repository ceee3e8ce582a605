public import SessionPlan

/// One row of `sessions`.
public struct SessionRecord: Hashable, Sendable {
  public var id: EventID
  public var user: ByteKey
  /// Microseconds since 1970.
  public var startedAt: Int64
  public var endedAt: Int64
  public var pageviews: Int
  public var entryPage: ByteKey?
  public var exitPage: ByteKey?

  public init(
    id: EventID, user: ByteKey, startedAt: Int64, endedAt: Int64, pageviews: Int, entryPage: ByteKey?,
    exitPage: ByteKey?
  ) {
    self.id = id
    self.user = user
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.pageviews = pageviews
    self.entryPage = entryPage
    self.exitPage = exitPage
  }
}

/// One row of `session_events`.
public struct EventRecord: Hashable, Sendable {
  public var pageview: Pageview
  public var sessionID: EventID

  public init(pageview: Pageview, sessionID: EventID) {
    self.pageview = pageview
    self.sessionID = sessionID
  }
}

/// The sessions of some pageviews, all at once: what every history of runs must come to.
public struct FromScratch: Hashable, Sendable {
  /// By (user_id, started_at, session_id).
  public private(set) var sessions: [SessionRecord] = []
  /// By user_id and the order of the user's pageviews.
  public private(set) var events: [EventRecord] = []

  public init(_ pageviews: some Sequence<Pageview>, gap: Gap, boundary: GapBoundary) {
    var byUser: [ByteKey: [Pageview]] = [:]
    for pageview in pageviews { byUser[pageview.user, default: []].append(pageview) }
    for (_, rows) in byUser.sorted(by: { $0.key < $1.key }) {
      var last: Int64?
      for row in rows.sorted(by: { $0.precedes($1) }) {
        let continues =
          switch (last, boundary) {
          case (nil, _): false
          case (let last?, .new): row.time - last < gap.microseconds
          case (let last?, .same): row.time - last <= gap.microseconds
          }
        if continues {
          sessions[sessions.count - 1].endedAt = row.time
          sessions[sessions.count - 1].pageviews += 1
          sessions[sessions.count - 1].exitPage = row.page
        } else {
          sessions.append(
            SessionRecord(
              id: row.id, user: row.user, startedAt: row.time, endedAt: row.time, pageviews: 1, entryPage: row.page,
              exitPage: row.page))
        }
        events.append(EventRecord(pageview: row, sessionID: sessions[sessions.count - 1].id))
        last = row.time
      }
    }
  }

  /// The canonical export of `sessions`.
  public var sessionsCSV: [UInt8] { CanonicalExport.sessions(sessions) }
  /// The canonical export of `events`.
  public var eventsCSV: [UInt8] { CanonicalExport.events(events) }
}
