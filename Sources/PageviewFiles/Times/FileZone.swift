internal import Foundation
internal import SessionPlan

/// Where times without a zone are from: UTC, a fixed offset, or a zone of the IANA database with its summer times.
public struct FileZone: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// Ahead of UTC, in microseconds.
    case offset(Int64)
    case named(String)
  }

  let kind: Kind

  public init(offsetMinutes: Int) { kind = .offset(Int64(offsetMinutes) * 60_000_000) }

  /// nil where this system knows no such zone.
  public init?(identifier: String) {
    guard TimeZone(identifier: identifier) != nil else { return nil }
    kind = .named(identifier)
  }

  var name: String {
    switch kind {
    case .offset(0): "UTC"
    case .offset(let offset):
      (offset < 0 ? "-" : "+") + String(abs(offset) / 60_000_000) + " minutes"
    case .named(let name): name
    }
  }
}

/// Turns local times of a zone into UTC.
struct ZoneClock {
  enum Moment {
    case at(Int64)
    /// The clocks were set back: it is there twice, and this is the first of the two.
    case twice(Int64)
    /// The clocks were set forward over it.
    case skipped
  }

  private let offset: Int64
  private let zone: TimeZone?
  /// Of local days on which the offset does not change.
  private var offsetsOfDays: [Int64: Int64] = [:]

  init(_ zone: FileZone) {
    switch zone.kind {
    case .offset(let value): (offset, self.zone) = (value, nil)
    case .named(let name): (offset, self.zone) = (0, TimeZone(identifier: name))
    }
  }

  private static let day: Int64 = 86_400_000_000

  /// - Parameter local: microseconds since 1970 by the zone's clocks
  mutating func utc(_ local: Int64) -> Moment {
    guard let zone else { return .at(local - offset) }
    let day = local >= 0 ? local / Self.day : (local - Self.day + 1) / Self.day
    if let known = offsetsOfDays[day] { return .at(local - known) }
    func offsetAt(_ utc: Int64) -> Int64 {
      let seconds = Double(utc / 1_000_000 - (utc % 1_000_000 < 0 ? 1 : 0))
      return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds))) * 1_000_000
    }
    // No zone is further than a day from UTC.
    let before = offsetAt(day * Self.day - Self.day)
    let after = offsetAt(day * Self.day + 2 * Self.day)
    if before == after, offsetAt(day * Self.day) == before, offsetAt(day * Self.day + Self.day) == before {
      if offsetsOfDays.count >= 4096 { offsetsOfDays.removeAll(keepingCapacity: true) }
      offsetsOfDays[day] = before
      return .at(local - before)
    }
    let candidates = [before, offsetAt(local), after].filter { offsetAt(local - $0) == $0 }
    guard let largest = candidates.max(), let least = candidates.min() else { return .skipped }
    // The larger offset is the earlier moment: summer time, before the clocks are set back.
    return largest == least ? .at(local - largest) : .twice(local - largest)
  }
}
