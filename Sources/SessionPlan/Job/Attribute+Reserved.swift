extension Attribute {
  /// Columns of our own tables and views, whose names no attribute may have.
  public static let reservedNames: Set<String> = [
    "event_id", "session_id", "user_id", "page_view_at", "page", "run_id", "started_at", "ended_at", "duration",
    "duration_seconds", "pageviews", "entry_page", "exit_page", "is_bounce", "arrival_id", "first_session_id",
    "current_session", "became", "became_at", "reason",
  ]

  /// Whether a name collides with one of ours. Engines fold the case of ASCII letters, so it does not count here.
  public static func isReserved(_ name: String) -> Bool { reservedNames.contains(name.lowercased()) }
}
