public import SessionPlan

/// What to generate. The defaults are the thousand pageviews of the tutorial; the same options give the same pageviews
/// on every machine.
public struct GeneratorOptions: Hashable, Sendable {
  /// How many pageviews, 0 or more.
  public var events: Int
  /// How many users, at least 1; not all of them need to appear. nil: one for eight pageviews.
  public var users: Int?
  /// No pageview is before this.
  public var start: Timestamp
  /// All pageviews are within so many days from the start, at least 1.
  public var days: Int
  /// The share of pageviews that arrive late: minutes to days after their time. Like all shares, 0 to 1.
  public var lateShare: Double
  /// The share of pageviews that are made by bots: users `bot-…` that ask for page after page in a second.
  public var botShare: Double
  /// The share of pageviews in the same second as the same user's pageview before, a quarter of them in the same
  /// microsecond.
  public var sameSecondShare: Double
  /// The share of pageviews at a distance of exactly the gap from the same user's pageview before.
  public var boundaryShare: Double
  public var gap: Gap
  public var eventIDType: EventIDType
  public var seed: UInt64

  public init(
    events: Int = 1000, users: Int? = nil, start: Timestamp = Self.standardStart, days: Int = 7,
    lateShare: Double = 0.05, botShare: Double = 0.05, sameSecondShare: Double = 0.02, boundaryShare: Double = 0.01,
    gap: Gap = .standard, eventIDType: EventIDType = .text, seed: UInt64 = 1
  ) {
    self.events = events
    self.users = users
    self.start = start
    self.days = days
    self.lateShare = lateShare
    self.botShare = botShare
    self.sameSecondShare = sameSecondShare
    self.boundaryShare = boundaryShare
    self.gap = gap
    self.eventIDType = eventIDType
    self.seed = seed
  }

  /// 2026-01-05 00:00:00, a Monday.
  public static let standardStart = Timestamp(
    microseconds: CivilTime(year: 2026, month: 1, day: 5).microseconds)

  /// What is wrong with the options, in one sentence that names the option; nil where they can be used.
  public var problem: String? {
    if events < 0 { return "events must be 0 or more, not \(events)" }
    if let users, users < 1 { return "users must be 1 or more, not \(users)" }
    if days < 1 || days > 36_500 { return "days must be 1 to 36500, not \(days)" }
    let shares = [
      ("late share", lateShare), ("bot share", botShare), ("same-second share", sameSecondShare),
      ("boundary share", boundaryShare),
    ]
    for (name, share) in shares where !(share >= 0 && share <= 1) {
      return "the \(name) must be 0 to 1, not \(share)"
    }
    if sameSecondShare + boundaryShare > 1 { return "the same-second and boundary shares together are over 1" }
    if !start.isInRange || !Timestamp(microseconds: start.microseconds + span).isInRange {
      return
        "the start and the days reach outside the times that are sessionized, \(Timestamp.earliest) to \(Timestamp.end)"
    }
    return nil
  }

  /// From the start to the end, in microseconds.
  var span: Int64 { Int64(days) * 86_400_000_000 }
}

/// What was generated.
public struct GeneratorSummary: Hashable, Sendable {
  public var events = 0
  /// Pageviews that came after one with a later time.
  public var late = 0
  public var byBots = 0
  public var sameSecond = 0
  public var atBoundary = 0

  public init() {}
}
