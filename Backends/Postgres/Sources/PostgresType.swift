internal import SessionPlan
internal import WarehouseDriver

/// A type of PostgreSQL's, by the object id that it has in every database (pg_type.dat in PostgreSQL's source); other
/// types, such as enums and those of extensions, have an id of their own in each database.
struct PostgresType: Hashable, Sendable {
  let oid: UInt32

  init(_ oid: UInt32) { self.oid = oid }

  static let bool = Self(16)
  static let bytea = Self(17)
  static let name = Self(19)
  static let int8 = Self(20)
  static let int2 = Self(21)
  static let int4 = Self(23)
  static let text = Self(25)
  static let oid = Self(26)
  static let json = Self(114)
  static let float4 = Self(700)
  static let float8 = Self(701)
  static let bpchar = Self(1042)
  static let varchar = Self(1043)
  static let date = Self(1082)
  static let timestamp = Self(1114)
  static let timestamptz = Self(1184)
  static let numeric = Self(1700)
  static let uuid = Self(2950)
  static let jsonb = Self(3802)

  /// What the plan takes a column of this type for; nil where the plan has no such type.
  var valueType: ValueType? {
    switch self {
    case .int2, .int4, .int8: .integer
    case .text, .varchar, .bpchar, .name, .uuid, .json, .jsonb, .numeric: .text
    case .timestamp, .date: .timestamp
    case .timestamptz: .zonedTimestamp
    case .bool: .flag
    default: nil
    }
  }

  /// The form in which a column of a result travels where the caller leaves it to the engine.
  var usualColumnType: BatchColumnType {
    switch self {
    case .bool, .int2, .int4, .int8, .oid: .int64
    case .float4, .float8: .double
    case .timestamp, .timestamptz: .timestamp
    default: .text
    }
  }

  /// How a value arrives and what is made of it; nil where the two do not fit.
  ///
  /// Where the server's binary form is not one that we read, its text is asked for by a cast.
  func decoding(as wanted: BatchColumnType) -> ColumnDecoding? {
    switch (wanted, self) {
    case (.int64, .int8): .int8
    case (.int64, .int4): .int4
    case (.int64, .int2): .int2
    case (.int64, .oid): .oid
    case (.int64, .bool): .bool
    // A sum of integers is a numeric.
    case (.int64, .numeric): .integerText
    case (.double, .float8): .float8
    case (.double, .float4): .float4
    case (.double, .int8): .int8
    case (.double, .int4): .int4
    case (.double, .int2): .int2
    case (.double, .numeric): .doubleText
    case (.timestamp, .timestamp), (.timestamp, .timestamptz): .timestamp
    case (.timestamp, .date): .date
    case (.text, .text), (.text, .varchar), (.text, .bpchar), (.text, .name), (.text, .json): .bytes
    case (.text, _): .castBytes
    default: nil
    }
  }

  /// How values of a batch are sent to a column of this type in the binary form; nil where they go as text.
  func encoding(of type: BatchColumnType) -> ColumnEncoding? {
    switch (type, self) {
    case (.int64, .int8): .int8
    case (.int64, .int4): .int4
    case (.int64, .int2): .int2
    case (.double, .float8): .float8
    case (.text, .text), (.text, .varchar), (.text, .bpchar), (.text, .json): .bytes
    case (.timestamp, .timestamp), (.timestamp, .timestamptz): .timestamp
    default: nil
    }
  }
}

/// How a field of a result is read.
enum ColumnDecoding {
  case int8, int4, int2, oid, bool, float8, float4, timestamp, date, bytes
  /// As text, by a cast in the query.
  case castBytes, integerText, doubleText

  var needsCast: Bool {
    switch self {
    case .castBytes, .integerText, .doubleText: true
    default: false
    }
  }
}

/// How a value of a bulk insert is written.
enum ColumnEncoding {
  case int8, int4, int2, float8, bytes, timestamp
}

/// From 1970, where our times begin, to 2000, where PostgreSQL's do: microseconds.
let postgresEpoch: Int64 = 946_684_800_000_000
