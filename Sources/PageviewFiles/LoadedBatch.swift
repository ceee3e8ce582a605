public import WarehouseDriver

/// Some pageviews of a file, and the lines among them that cannot be loaded.
public struct LoadedBatch: Sendable {
  /// Columns `event_id` (text or int64), `user_id` (text), `page_view_at` (timestamp), `page` (text, may be NULL) and
  /// one text column for each attribute, under the attribute's name.
  public var rows: RecordBatch
  /// In the order of the file.
  public var faults: [LineFault]

  public init(rows: RecordBatch, faults: [LineFault]) {
    self.rows = rows
    self.faults = faults
  }
}

/// What was read of a file so far.
public struct LoadSummary: Hashable, Sendable {
  /// The format, as found or as told.
  public var format: FileFormat
  public var isCompressed = false
  /// Whether the event ids are derived from the content, because the file has none.
  public var derivesEventIDs = false
  /// Physical lines, blank ones and the header included.
  public var lines = 0
  public var rows = 0
  /// How many lines have each fault; reasons without one are absent.
  public var faults: [FaultReason: Int] = [:]
  /// Lines of an access log that are no requests of pages.
  public var filtered = 0
  /// Bytes read from the disk, so that progress can be shown against the file's size.
  public var bytes: Int64 = 0

  init(format: FileFormat) {
    self.format = format
  }

  public var faultCount: Int { faults.values.reduce(0, +) }

  /// No line could be loaded, and at least one only because its event id is no integer: the setting, not the lines, is
  /// probably wrong.
  public var noLineFitsEventIDType: Bool { rows == 0 && faults[.badEventID, default: 0] > 0 }
}
