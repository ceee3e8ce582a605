public import WarehouseDriver

/// Some pageviews of a file, and the lines among them that cannot be loaded.
public struct LoadedBatch: Sendable {
  /// Columns `event_id` (text or int64), `user_id` (text), `page_view_at` (timestamp), `page` (text, may be NULL), one
  /// text column for each attribute, under the attribute's name, and where the options ask for it `sequence` (int64).
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
  /// The format of an access log, as `--log-format` takes it.
  public var logFormat: String?
  /// The file has no byte of text.
  public var isEmpty = false
  /// Whether the event ids are derived from the content, because the file has none.
  public var derivesEventIDs = false
  /// Physical lines, blank ones and the header included.
  public var lines = 0
  public var rows = 0
  /// How many lines have each fault; reasons without one are absent.
  public var faults: [FaultReason: Int] = [:]
  /// Records that were left out though nothing is wrong with them; reasons without one are absent.
  public var leftOut: [LeftOutReason: Int] = [:]
  /// How many of the first thousand records are read, and how many of those are faulty.
  public internal(set) var firstRecords = 0
  public internal(set) var firstFaulty = 0
  public static let firstLimit = 1000
  /// The first faulty line.
  public var firstFault: LineFault?
  /// What was decided or noticed that a reader of the sessions should know, each a sentence.
  public var notices: [String] = []
  /// Whether all event ids are 64-bit integers in canonical form though they are loaded as texts.
  public var allIDsAreIntegers = false
  /// The names of fields that were found, as far as they were looked at.
  public var foundNames: [String] = []
  /// The forms of time that were accepted.
  public var acceptedTimes = ""
  /// Bytes read from the disk, so that progress can be shown against the file's size.
  public var bytes: Int64 = 0

  init(format: FileFormat) {
    self.format = format
  }

  public var faultCount: Int { faults.values.reduce(0, +) }

  public var filtered: Int { leftOut.values.reduce(0, +) }

  /// There were faulty records, and not one that could be loaded.
  ///
  /// A request that was left out shows that the log's format is right, so that a few lines of another form among those
  /// are no such fault; of a record that was left out by a filter, nothing but the filter's fields was looked at.
  public var nothingFits: Bool {
    guard rows == 0, faultCount > 0 else { return false }
    if format != .accessLog || faultCount >= filtered { return true }
    let ofOtherForm = [FaultReason.badLogLine, .badJSON, .lineTooLong, .nulByte, .invalidUTF8, .nullUser]
    return faults.keys.contains { !ofOtherForm.contains($0) }
  }

  /// What to say of a file of which nothing could be loaded: an example, and what would have been accepted.
  public var whyNothingFits: (message: String, remedy: String) {
    guard let fault = firstFault else { return ("no line could be loaded", "check the file") }
    var message = "no line could be loaded: line \(fault.line) is \(fault.reason.rawValue)"
    let value: String? =
      switch fault.reason {
      case .badTime, .timeOutOfRange: fault.pageViewAt
      case .badEventID: fault.eventID
      default: nil
      }
    if let value { message += ", its value \(shownName(Array(value.utf8)))" }
    if let text = fault.text, !text.isEmpty { message += ", it begins \(shownName(Array(text.utf8)))" }
    if !foundNames.isEmpty { message += "; its fields are \(foundNames.prefix(20).joined(separator: ", "))" }
    return (message, remedy(fault))
  }

  private func remedy(_ fault: LineFault) -> String {
    switch fault.reason {
    case .badTime:
      let digits = (fault.pageViewAt ?? "").prefix { $0 != "." }
      let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
      let hint =
        switch digits.count {
        case 9...10 where isNumber: " (it may be epoch_s)"
        case 12...13 where isNumber: " (it may be epoch_ms)"
        case 15...16 where isNumber: " (it may be epoch_us)"
        case 18...19 where isNumber: " (it may be epoch_ns)"
        default: ""
        }
      return "accepted are \(acceptedTimes); say another form with --file-time-format epoch_s, epoch_ms, epoch_us, "
        + "epoch_ns, or a pattern such as '%d/%m/%Y %H:%M'\(hint)"
    case .timeOutOfRange where fault.pageViewAt?.utf8.allSatisfy({ (48...57).contains($0) }) == true:
      return "say what the number counts: --file-time-format epoch_s, epoch_ms, epoch_us, epoch_ns"
    case .badEventID:
      return "set event_id_type: text (--event-id-type text) and create the tables with it"
    case .badQuote, .unterminatedQuote:
      return
        "say how the file is quoted: --quote none where quotes are text, --escape '\\' where a backslash stands before them"
    case .lineTooLong:
      return "a record has at most 1 MiB; where one JSON object holds a list of all, load what is in the list: "
        + "jq -c '.NAME[]' FILE | sessionizer load - …"
    case .columnCount: return "say how the file is written: --delim, --null-padding, --quote none"
    case .nullUser, .nullTime, .nullEventID: return "map the field that means it (--map)"
    case .badLogLine: return "name the log's format (--log-format)"
    case .invalidUTF8, .nulByte: return "name the encoding (--encoding)"
    default: return "check that this is the file that was meant"
    }
  }
}
