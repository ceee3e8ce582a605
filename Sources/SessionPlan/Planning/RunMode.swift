/// Which source rows a run looks at (semantics.md, 5).
public enum RunMode: Hashable, Sendable {
  /// Every source row.
  case whole
  /// Rows whose time is at or after `from` and before `to`; nil is open. Timestamps or placeholders.
  case window(from: Literal?, to: Literal?)
  /// Rows whose arrival value is at or above the mark less the overlap, or NULL. An integer or a timestamp.
  case new(since: Literal)

  /// As the run ledger names it.
  public var name: String {
    switch self {
    case .whole: "whole"
    case .window: Self.windowName
    case .new: Self.newName
    }
  }

  /// Whether only rows that have a time within bounds are looked at.
  var isBounded: Bool {
    if case .window(let from, let to) = self { from != nil || to != nil } else { false }
  }

  static let windowName = "window"
  static let newName = "new"
  /// As the run ledger names what brings ledgers to another layout.
  static let upgradeName = "upgrade"
  /// As the run ledger names what notes the settings before anything has run.
  static let createName = "create"
  /// As the run ledger names what takes over other names of the source's columns, another table or a new attribute.
  static let adoptName = "adopt"
  /// As the run ledger names what removes one user's rows, and what removes the pageviews of old sessions.
  static let eraseName = "erase"
  static let retainName = "retain"
}

/// Why a row is in quarantine. The loader has more reasons, for lines that are no rows.
public enum QuarantineReason: String, Hashable, Sendable, CaseIterable {
  case nullEventID = "null_event_id"
  case nullUser = "null_user"
  case nullTime = "null_time"
  /// Text that is no time, on an engine whose column can hold one.
  case badTime = "bad_time"
  case timeOutOfRange = "time_out_of_range"
  case keyTooLong = "key_too_long"
  /// Something else than an integer in an integer column, on an engine with loose types.
  case badEventID = "bad_event_id"
  case duplicateEventID = "duplicate_event_id"

  /// The longest key in bytes of UTF-8.
  public static let longestKey: Int64 = 1024
}
