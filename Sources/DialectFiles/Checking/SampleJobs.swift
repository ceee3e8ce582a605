package import SessionPlan

/// Jobs that between them need everything that the planner can say: what a dialect is checked with.
package enum SampleJobs {
  /// What every dialect must be able to do.
  package static let usual: [(name: String, job: BoundJob)] = [
    ("the default job", .assumed(arriving(.id))),
    (
      "a load time, a filter",
      .assumed(
        SessionJob(
          source: PageviewSource(
            filter: .or(
              .and(.compare(column: "site", .notEqual, .text("a")), .isNotNull(column: "site")),
              .not(.or(.isIn(column: "status", [.integer(-1)]), .isNull(column: "status")))),
            arrival: Arrival(column: "loaded_at", kind: .time))))
    ),
    (
      "derived event ids, attributes, the boundary same",
      .assumed(
        SessionJob(
          boundary: .same, source: PageviewSource(eventID: nil),
          attributes: [Attribute(name: "campaign", column: "utm")]))
    ),
    (
      "integer event ids, an offset, no page",
      .assumed(SessionJob(eventIDType: .integer, source: PageviewSource(page: nil, timeZone: "-03:30")))
    ),
    (
      "a table and a schema of one's own",
      .assumed(
        SessionJob(
          source: PageviewSource(table: ObjectName(parts: ["web", "hits"])),
          names: ObjectNames(prefix: "w_", schema: ObjectName("sessions"))))
    ),
  ]

  /// What a dialect may be unable to do, and then says so.
  package static let special: [(name: String, job: BoundJob)] = [
    ("times as seconds since 1970", .assumed(epoch(.epochSeconds))),
    ("times as milliseconds since 1970", .assumed(epoch(.epochMilliseconds))),
    ("times as microseconds since 1970", .assumed(epoch(.epochMicroseconds))),
    ("source times in a named zone", .assumed(SessionJob(source: PageviewSource(timeZone: "Europe/Madrid")))),
    ("source times of a type with a zone", zoned),
    ("a filter on a column of truth values", flagged),
  ]

  private static func arriving(_ kind: Arrival.Kind) -> SessionJob {
    SessionJob(source: PageviewSource(arrival: Arrival(column: "arrival_id", kind: kind)))
  }

  private static func epoch(_ format: TimeFormat) -> SessionJob {
    SessionJob(source: PageviewSource(timeFormat: format))
  }

  private static let zoned: BoundJob = {
    var bound = BoundJob.assumed(SessionJob())
    bound.sourceTypes["page_view_at"] = .zonedTimestamp
    return bound
  }()

  private static let flagged: BoundJob = {
    var bound = BoundJob.assumed(
      SessionJob(source: PageviewSource(filter: .compare(column: "is_bot", .equal, .integer(0)))))
    bound.sourceTypes["is_bot"] = .flag
    return bound
  }()
}
