/// What `sessions --changed-since RUN --until UNTIL` must say: what a downstream model replaces, and what it removes.
///
/// Of the sessions as of RUN and as of UNTIL: `sessions` are those of UNTIL that RUN did not have with just these
/// pageviews, and `retired` the ids of RUN that UNTIL does not have. Whoever removes the retired ids from the sessions as
/// of RUN and puts the sessions over what is left has the sessions as of UNTIL. All of it follows from the pageviews of the
/// two states: how they were split into runs, and which anchors survived, shows nowhere.
public struct ChangedSessions: Hashable, Sendable {
  /// Why an id is no session's any more.
  public enum Reason: String, Hashable, Sendable {
    /// The session that replaced it has the pageviews of no other session as of RUN.
    case extended
    /// The session that replaced it unites several sessions as of RUN.
    case merged
  }

  /// A session id that was current as of RUN and is no longer.
  public struct Retired: Hashable, Sendable {
    public var id: EventID
    public var user: ByteKey
    /// The session that has the pageview of that id.
    public var replacedBy: EventID
    public var reason: Reason

    public init(id: EventID, user: ByteKey, replacedBy: EventID, reason: Reason) {
      self.id = id
      self.user = user
      self.replacedBy = replacedBy
      self.reason = reason
    }
  }

  /// By (user_id, started_at, session_id).
  public let sessions: [SessionRecord]
  /// By (user_id, session_id).
  public let retired: [Retired]

  /// In whatever order they come.
  public init(sessions: [SessionRecord], retired: [Retired]) {
    self.sessions = sessions.sorted { a, b in
      if a.user != b.user { return a.user < b.user }
      return a.startedAt != b.startedAt ? a.startedAt < b.startedAt : a.id < b.id
    }
    self.retired = retired.sorted { $0.user != $1.user ? $0.user < $1.user : $0.id < $1.id }
  }

  /// From the sessions of two states, the second of which has all pageviews of the first.
  init(from before: FromScratch, to after: FromScratch) {
    let old = Dictionary(grouping: before.events, by: \.sessionID).mapValues { Set($0.map(\.pageview.id)) }
    let new = Dictionary(grouping: after.events, by: \.sessionID).mapValues { Set($0.map(\.pageview.id)) }
    let session = Dictionary(
      after.events.map { ($0.pageview.id, $0.sessionID) }, uniquingKeysWith: { first, _ in first })
    let parts = Dictionary(grouping: before.sessions.compactMap { session[$0.id] }, by: \.self)
    self.init(
      sessions: after.sessions.filter { old[$0.id] != new[$0.id] },
      retired: before.sessions.filter { new[$0.id] == nil }.compactMap { gone in
        session[gone.id].map { id in
          Retired(
            id: gone.id, user: gone.user, replacedBy: id, reason: parts[id]?.count == 1 ? .extended : .merged)
        }
      })
  }

  /// As lines of text, for messages.
  var lines: [UInt8] {
    var text = CanonicalExport.sessions(sessions)
    for gone in retired {
      let fields: [[UInt8]] = [
        gone.id.bytes, gone.user.bytes, Array(gone.reason.rawValue.utf8), gone.replacedBy.bytes,
      ]
      text += fields.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "\n")]
    }
    return text
  }
}
