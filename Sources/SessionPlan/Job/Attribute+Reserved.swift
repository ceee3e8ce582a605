extension Attribute {
  /// Names that no attribute may have: columns of our tables and views, and of the plans' steps, which carry the
  /// attributes along.
  public static let reservedNames: Set<String> = [
    "event_id", "session_id", "user_id", "page_view_at", "page", "run_id", "started_at", "ended_at", "duration",
    "duration_seconds", "pageviews", "entry_page", "exit_page", "is_bounce", "arrival_id", "first_session_id",
    "current_session", "became", "became_at", "reason",
    // Columns of steps.
    "arrival", "before", "before_is_new", "duration_microseconds", "first_at", "first_page", "first_page_view_at",
    "first_user_id", "instant", "is_new",
    "island", "position", "rank", "before", "before_is_new", "before_session", "starts", "island", "target", "first_at",
    "target_is_new", "copy", "raw_event_id", "raw_time", "raw_user_id", "source_event_id", "source_time", "starts",
    "target", "target_is_new",
  ]

  /// Whether a name collides with one of ours. Engines fold the case of ASCII letters, so it does not count here.
  public static func isReserved(_ name: String) -> Bool { reservedNames.contains(name.lowercased()) }
}
