internal import SessionPlan

/// What SQLite makes of a declared type (https://www.sqlite.org/datatype3.html, 3.1), and what the plan does.
enum Affinity {
  case integer, text, blob, real, numeric

  init(declaredType: String) {
    let type = declaredType.uppercased()
    if type.contains("INT") {
      self = .integer
    } else if ["CHAR", "CLOB", "TEXT"].contains(where: type.contains) {
      self = .text
    } else if type.isEmpty || type.contains("BLOB") {
      self = .blob
    } else if ["REAL", "FLOA", "DOUB"].contains(where: type.contains) {
      self = .real
    } else {
      self = .numeric
    }
  }
}

extension ValueType {
  /// The plan's type of a column; nil where it has none. Names that mean nothing to SQLite but all to their author
  /// (UUID, TIMESTAMP) count as what they say.
  init?(declaredType: String) {
    switch Affinity(declaredType: declaredType) {
    case .integer: self = .integer
    case .text: self = .text
    case .blob, .real: return nil
    case .numeric:
      let type = declaredType.uppercased()
      if type.contains("UUID") {
        self = .text
      } else if type.contains("TIMESTAMP") || type.contains("DATE") {
        self = .timestamp
      } else {
        return nil
      }
    }
  }
}
