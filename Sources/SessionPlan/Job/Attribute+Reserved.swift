extension Attribute {
  /// Whether a name collides with a column of our tables, views or steps. Engines fold the case of ASCII letters, so it
  /// does not count here.
  public static func isReserved(_ name: String) -> Bool {
    let folded = name.lowercased()
    return folded.hasPrefix(Column.internalPrefix) || Column.ownNames.contains(folded)
      || Column.ownNames.contains(Column.lastAttribute(folded).name)
  }
}
