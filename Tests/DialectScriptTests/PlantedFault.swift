import SQLRendering
import Testing

/// A mistake that somebody could make in a dialect or its SQL, and the cases that must not come out with it.
struct PlantedFault: CustomTestStringConvertible, Sendable {
  var dialect: String
  var meaning: String
  var cases: [String]
  /// In an answer of the dialect.
  var change: @Sendable (inout Dialect) -> Void = { _ in }
  /// In the text of a statement.
  var changed: @Sendable (String) -> String = { $0 }

  var testDescription: String { "\(dialect): \(meaning)" }

  func changed(_ played: PythonEngines.Case) -> PythonEngines.Case {
    var played = played
    played.statements = played.statements.map(changed)
    return played
  }

  static let all =
    ["snowflake", "oracle", "sqlserver"].flatMap { name in
      [
        PlantedFault(
          dialect: name, meaning: "the gap itself is still within a session", cases: ["boundary/nine-rows"],
          change: { $0.templates[.gapExceeds] = $0.templates[.gapExceeds]?.replacing("{op}", with: ">") }),
        PlantedFault(
          dialect: name, meaning: "a frame of one row", cases: ["sessions/five-rows", "late/bridge"],
          changed: {
            $0.replacing("ROWS UNBOUNDED PRECEDING", with: "ROWS BETWEEN CURRENT ROW AND CURRENT ROW")
          }),
      ]
    }
    // Where texts are compared as they are, without their bytes beside them.
    + ["snowflake", "oracle"].map { name in
      PlantedFault(
        dialect: name, meaning: "users in small letters are one", cases: ["keys/seven-users"],
        changed: { sql in
          sql.replacing(#/PARTITION BY ("user_id")/#) { "PARTITION BY LOWER(\($0.output.1))" }
        })
    }
}
