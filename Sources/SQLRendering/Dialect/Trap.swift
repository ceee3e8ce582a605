/// The known traps: what differs between engines where rows are put into sessions with INSERT … SELECT. A dialect
/// answers every one.
public enum Trap: String, Sendable, CaseIterable {
  case T01, T02, T03, T04, T05, T06, T07, T08, T09, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19, T20, T21, T22
  case T23, T24, T25, T26, T27, T28

  /// What the trap is.
  public var title: String {
    switch self {
    case .T01: "where the named subqueries of INSERT … SELECT stand"
    case .T02: "functions for the difference of two times count boundaries, truncate or overflow"
    case .T03: "precision of timestamps, and whether further digits are rounded or cut"
    case .T04: "the session's time zone shifts times"
    case .T05: "texts that differ compare as equal: case, accents, trailing blanks"
    case .T06: "texts are ordered by a collation and not by bytes"
    case .T07: "the default frame of a window merges ties, or is the whole partition"
    case .T08: "rows of the same time: every order must be total"
    case .T09: "LAG of the first row and a missed LEFT JOIN must give NULL"
    case .T10: "IGNORE NULLS is not everywhere"
    case .T11: "conditions are not values everywhere"
    case .T12: "whether the empty text is NULL"
    case .T13: "how texts are put together, and what NULL does to it"
    case .T14: "hash functions differ in letters, encoding and result"
    case .T15: "quoting, folding and length of names"
    case .T16: "whether primary keys and unique indexes are enforced"
    case .T17: "DDL may end a transaction"
    case .T18: "whether several statements make one transaction"
    case .T19: "what keeps two runs of a job apart"
    case .T20: "CREATE … IF NOT EXISTS and CREATE OR REPLACE VIEW are not everywhere"
    case .T21: "how the first rows are taken"
    case .T22: "where NULL stands in an order"
    case .T23: "recursive or chained look-ups"
    case .T24: "two statements of a run must see one snapshot, and it must be younger than the lock"
    case .T25: "overflow of a time plus the gap"
    case .T26: "whether the client compares texts as the engine does"
    case .T27: "the encoding of the database"
    case .T28: "the longest value that an index takes"
    }
  }
}
