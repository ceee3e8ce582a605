internal import SessionPlan

/// What holds where the source is the tool's own table.
extension SessionJob {
  /// The job, if its settings go with its source.
  ///
  /// The tool's own table has its own columns, and holds times in UTC. Each attribute has a column of its name there;
  /// which field of a file that is, `load` knows.
  func checkedForOwnTable() throws(SettingConflict) -> SessionJob {
    guard source.table == nil else { return self }
    let standard = PageviewSource()
    if source.timeZone != standard.timeZone {
      throw Self.conflict("time_zone", "holds UTC", "files.time_zone (--file-time-zone)")
    }
    if source.timeFormat != standard.timeFormat {
      throw Self.conflict("time_format", "holds timestamps", "files.time_format (--file-time-format)")
    }
    for (key, isOther) in [
      ("event_id", source.eventID != standard.eventID), ("user_id", source.userID != standard.userID),
      ("page_view_at", source.pageViewAt != standard.pageViewAt), ("page", source.page != standard.page),
    ] where isOther {
      throw Self.conflict(key, "has a column of that name", "files.map (--map)")
    }
    var job = self
    job.attributes = attributes.map { Attribute(name: $0.name, column: $0.name) }
    return job
  }

  private static func conflict(_ key: String, _ holds: String, _ files: String) -> SettingConflict {
    SettingConflict(
      key: "source.\(key)",
      message: "without source.table the source is the tool's own table, which \(holds); for the files of load write "
        + "\(files), or name the table")
  }
}
