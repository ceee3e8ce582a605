internal import SessionPlan

/// All pageviews in the order of their time. At any moment some visits are under way; each has users of its own, so
/// that a user's distances are exactly as drawn.
struct VisitSchedule: Sendable {
  struct Event {
    var time: Int64
    var user: Int64
    var isBot: Bool
    var kind: Visit.Kind
  }

  private let options: GeneratorOptions
  private let users: Int64
  private let slots: Int64
  private let end: Int64
  private let sameSecondThreshold: UInt64
  private let boundaryThreshold: UInt64
  /// How much of the usual thinking time there is, in 2^16: less where the pageviews are very dense.
  private let pace: Int64
  private let botVisitLength: Int64
  /// How many pageviews a visit has on average, in sixteenths.
  private let humanPages: Int64
  private let botPages: Int64

  private var random: SplitMix64
  private var visits = MinimumHeap<Visit> { ($0.time, $0.slot) < ($1.time, $1.slot) }
  private var emitted: Int64 = 0
  /// Pageviews of the visits so far, as many as are to be expected, in sixteenths.
  private var planned: Int64 = 0
  private var plannedForBots: Int64 = 0
  private var now: Int64

  private static let certain: Double = 4_294_967_296
  /// No more visits than this are under way at once, however dense the pageviews are: memory does not grow with them.
  private static let mostVisits: Int64 = 65_536

  init(_ options: GeneratorOptions) {
    self.options = options
    let events = max(1, Int64(options.events))
    users = Int64(options.users ?? max(1, options.events / 8))
    now = options.start.microseconds
    end = options.start.microseconds + options.span
    sameSecondThreshold = UInt64(options.sameSecondShare * Self.certain)
    boundaryThreshold = UInt64(options.boundaryShare * Self.certain)
    botVisitLength = min(200, max(5, events / 50))
    // As many visits at a time as fill about a quarter of their time, the rest being pauses.
    let timeForEach = max(1, options.span / events)
    slots = min(users, max(32, 400_000_000 / timeForEach + 1), events, Self.mostVisits)
    // The mean thinking time is 97 s; 1526 is 100 s in microseconds, divided by 2^16.
    pace = min(65_536, max(1, timeForEach * slots / 2 / 1526))
    let goingOn = min(0xFFFF_0000, sameSecondThreshold + boundaryThreshold)
    let stretch = 16 * (1 << 32) / ((1 << 32) - Int64(goingOn))
    humanPages = min(16 * min(events, 10_000), stretch * 100 / 35)
    botPages = min(16 * min(events, 10_000), stretch * botVisitLength)
    random = SplitMix64(seed: options.seed)
    for slot in 0..<slots { visits.insert(newVisit(slot: Int(slot), after: now)) }
  }

  mutating func next() -> Event? {
    guard emitted < options.events, var visit = visits.removeFirst() else { return nil }
    // What would be after the end is spread over what is left, still in order.
    if visit.time >= end { visit.time = now + random.below(max(1, end - now)) }
    now = max(now, visit.time)
    emitted += 1
    let event = Event(time: visit.time, user: visit.user, isBot: visit.isBot, kind: visit.kind)
    visits.insert(following(visit))
    return event
  }

  private mutating func following(_ visit: Visit) -> Visit {
    var next = visit
    let draw = random.next() >> 32
    let secondsRest = 999_999 - (visit.time % 1_000_000 + 1_000_000) % 1_000_000
    if draw < boundaryThreshold, visit.time + options.gap.microseconds < end {
      next.kind = .boundary
      next.time += options.gap.microseconds
    } else if draw >= boundaryThreshold, draw < boundaryThreshold + sameSecondThreshold {
      next.kind = .sameSecond
      next.time += random.below(4) == 0 ? 0 : random.below(secondsRest + 1)
    } else if visit.isBot {
      if visit.remaining == 0 { return newVisit(slot: visit.slot, after: visit.time) }
      next.remaining -= 1
      next.kind = .thinking
      next.time += 1 + ((50_000 + random.below(900_000)) * pace) >> 16
    } else {
      // 65 of 100 pageviews are followed by another one: 2.9 to a visit.
      if random.below(100) >= 65 { return newVisit(slot: visit.slot, after: visit.time) }
      next.kind = .thinking
      next.time += 1 + (thinkingTime() * pace) >> 16
    }
    return next
  }

  /// Microseconds, close to a logarithmic normal distribution: half of them below 50 s, one in fifty over ten
  /// minutes. The exponent is a count of twelve coins.
  private mutating func thinkingTime() -> Int64 {
    let exponent = (random.next() & 0xFFF).nonzeroBitCount
    return (500_000 + random.below(500_000)) << Int64(exponent)
  }

  /// The next visit in a slot. Its pause is chosen so that the pageviews still to come fill the time that is left.
  private mutating func newVisit(slot: Int, after time: Int64) -> Visit {
    let isBot = Double(plannedForBots) < options.botShare * Double(planned + botPages)
    let pages = isBot ? botPages : humanPages
    planned += pages
    if isBot { plannedForBots += pages }
    let left = max(1, Int64(options.events) - emitted)
    let share = slots * pages / 16
    let timeForVisit = share >= left ? end - time : (end - time) / left * share
    let visitDuration = (isBot ? 500_000 : 97_000_000) / 16 * pages * pace / 65_536
    let pause = max(1, min(end - time, timeForVisit - visitDuration))
    // Users slot, slot + slots, …; of two the lower one, so that some come often and many seldom.
    let mine = (users - 1 - Int64(slot)) / slots + 1
    let user = Int64(slot) + slots * min(random.below(mine), random.below(mine))
    // The mean of twice a uniform number is the pause.
    return Visit(
      user: user, isBot: isBot, time: time + 1 + random.below(2 * pause), remaining: isBot ? botVisitLength - 1 : 0,
      slot: slot)
  }
}
