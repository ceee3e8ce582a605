/// Why a row cannot be sessionized. A row with several faults has the first of them, in this order.
public enum QuarantineReason: String, Hashable, Sendable, CaseIterable {
  case nullEventID = "null_event_id"
  /// Not an integer in canonical form, in a job with integer ids.
  case badEventID = "bad_event_id"
  case nullUser = "null_user"
  case nullTime = "null_time"
  /// No time at all; only a loosely typed engine can hold it.
  case badTime = "bad_time"
  case timeOutOfRange = "time_out_of_range"
  case keyTooLong = "key_too_long"
  case duplicateEventID = "duplicate_event_id"
}

/// What a quarantined row is recorded as; unique by all its fields, NULL equal to NULL.
public struct QuarantineRow: Hashable, Sendable {
  public var reason: ByteKey
  /// Empty keys are recorded as NULL; where ids are derived, a quarantined row has none.
  public var eventID: ByteKey?
  public var user: ByteKey?
  /// A time in the canonical form, something else as it stood.
  public var time: ByteKey?
  public var page: ByteKey?

  public init(reason: ByteKey, eventID: ByteKey?, user: ByteKey?, time: ByteKey?, page: ByteKey?) {
    self.reason = reason
    self.eventID = eventID
    self.user = user
    self.time = time
    self.page = page
  }

  init(_ reason: QuarantineReason, eventID: ByteKey?, user: ByteKey?, time: ByteKey?, page: ByteKey?) {
    self.init(reason: ByteKey(reason.rawValue), eventID: eventID, user: user, time: time, page: page)
  }

  /// A copy that differs from the ledger's row of its id.
  package init(duplicate copy: Pageview) {
    self.init(
      .duplicateEventID, eventID: ByteKey(copy.id.bytes), user: copy.user,
      time: ByteKey(CalendarText.canonical(copy.time)), page: copy.page)
  }
}

extension QuarantineRow: Comparable {
  private var fields: [ByteKey?] { [reason, eventID, user, time, page] }

  public static func < (a: QuarantineRow, b: QuarantineRow) -> Bool {
    for (left, right) in zip(a.fields, b.fields) where left != right { return nullsFirst(left, right) }
    return false
  }
}

extension QuarantineRow: CustomStringConvertible {
  public var description: String { fields.map { $0.map { "'\($0)'" } ?? "NULL" }.joined(separator: " ") }
}
