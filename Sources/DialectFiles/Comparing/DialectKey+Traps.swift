package import SQLRendering

extension DialectKey {
  /// The traps that the key's answer is a guard against: those that its meaning names, and those of `further`.
  package var traps: [Trap] {
    Trap.allCases.filter { trap in
      meaning.contains(trap.rawValue) || Self.further[trap]?.contains(path) == true
        || (trap == .names && section == "identifiers")
    }
  }

  private static let further: [Trap: [String]] = [
    .timeDifference: ["templates.shift", "templates.duration_microseconds"],
    .timestampPrecision: [
      "literals.timestamp", "types.instant", "types.cast_timestamp", "templates.instant", "templates.timestamp",
      "templates.timestamp_text", "templates.source_text_time", "templates.source_text_time_utc",
      "templates.source_local_time", "templates.source_local_time_utc",
    ],
    .sessionTimeZone: [
      "capabilities.named_time_zones", "templates.day", "templates.server_now", "templates.source_text_time",
      "templates.source_text_time_utc", "templates.source_text_time_zone", "templates.source_local_time",
      "templates.source_local_time_utc", "templates.source_local_time_zone", "templates.source_zoned_time",
      "templates.zoned",
    ],
    .textEquality: ["types.text", "queries.equal_bytes", "templates.is_same_bytes", "templates.source_text"],
    .windowFrame: ["profile.islands"],
    .booleans: ["types.flag", "templates.source_flag"],
    .hashes: ["capabilities.sha256"],
    .keyEnforcement: ["tables.primary_key"],
    .ddlInTransactions: [
      "profile.steps", "capabilities.scratch_tables", "tables.create_scratch", "tables.scratch_index",
      "tables.drop_scratch",
    ],
    .createIfNotExists: ["tables.create_unless_there"],
    .firstRows: ["queries.limit_before_columns"],
    .chainedLookups: [
      "profile.islands", "capabilities.correlated_lookup", "queries.lookup_join", "queries.lookup_subquery",
      "queries.left_lookup_subquery",
    ],
    .snapshots: ["profile.steps"],
    .overflow: ["templates.shift", "templates.is_typed_time_out_of_range"],
    .encodings: ["templates.byte_length"],
  ]
}
