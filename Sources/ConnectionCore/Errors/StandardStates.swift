internal import SQLRendering

/// What SQLSTATEs say on every engine: ODBC's own (its reference, appendix A) and those of the SQL standard, whose first
/// two characters are a class.
enum StandardStates {
  static let failures: [String: Dialect.Failure] = [
    "08001": .connectionLost, "08S01": .connectionLost, "08003": .connectionLost, "08006": .connectionLost,
    "08007": .connectionLost, "28000": .authentication,
    "42S02": .noSuchObject, "S0002": .noSuchObject, "3F000": .noSuchObject, "3D000": .noSuchDatabase,
    "42S01": .alreadyExists, "S0001": .alreadyExists, "42S11": .alreadyExists, "42S21": .alreadyExists,
    "42S22": .wrongColumn, "S0022": .wrongColumn, "42S12": .noSuchObject,
    "42501": .permission, "42601": .syntax,
    "40001": .locked, "40P01": .locked, "55P03": .locked,
    "HYT00": .timeout, "HYT01": .timeout, "S1T00": .timeout,
    "HY008": .cancelled, "25006": .readOnly,
    "22001": .wrongValue, "22003": .wrongValue, "22007": .wrongValue, "22008": .wrongValue, "22018": .wrongValue,
    "07006": .wrongColumn, "22021": .encoding,
  ]

  static let classes: [String: Dialect.Failure] = [
    "08": .connectionLost, "22": .wrongValue, "23": .constraint, "28": .authentication,
  ]
}
