/// The keys that describe a dialect file itself. They are not inherited.
package enum DialectHeader {
  package struct Key: Sendable {
    package var name: String
    package var meaning: String
    /// What holds without; nil where it must be there.
    package var standard: String?
    package var example: String
  }

  package static let keys: [Key] = [
    Key(name: "format", meaning: "The version of this file's format.", example: "1"),
    Key(
      name: "name", meaning: "Lower-case letters, digits, - and _. On a search path, the file's name without .yaml.",
      example: "my_warehouse"),
    Key(
      name: "title", meaning: "As people write it, with the version that the answers are for.",
      example: "My Warehouse 3"),
    Key(
      name: "extends", meaning: "The dialect whose answers hold where this file has none.", standard: "nothing",
      example: "ansi"),
    Key(
      name: "evidence",
      meaning:
        "What stands behind the file's own answers that do not say it: `tested live`, `documented` or `assumed`.",
      standard: "assumed", example: "documented"),
    Key(
      name: "inherited_evidence",
      meaning:
        "The strongest evidence that answers of the extended dialect may keep here: what is true of one engine is "
        + "only assumed of the next.", standard: "assumed", example: "assumed"),
    Key(
      name: "documentation", meaning: "The engine's documentation; needed where evidence is `documented`.",
      standard: "none", example: "https://…"),
    Key(
      name: "smoke_test",
      meaning:
        "What a smoke test has shown where the engine itself cannot be run. It makes no answer more than assumed.",
      standard: "none", example: "parsed by …; translated to …, 7 of 7 cases come out as they must"),
  ]

  package static let names = keys.map(\.name)
}
