internal import SessionPlan

/// What the contract says of a single row: a pageview, or a row for quarantine.
package enum RowRules {
  /// 0001-01-02 00:00:00, included, in microseconds since 1970.
  package static let earliest: Int64 = -62_135_510_400_000_000
  /// 9999-12-31 00:00:00, not included.
  package static let end: Int64 = 253_402_214_400_000_000
  /// In bytes of UTF-8.
  package static let longestKey = 1024

  /// What a row is judged to be.
  package enum Judgement: Hashable {
    case pageview(Pageview)
    /// A good row of a source without event ids: its id follows from its content and how often that occurs.
    case content(Content)
    case quarantined(QuarantineRow)
  }

  /// A pageview without an id.
  package struct Content: Hashable {
    package var user: ByteKey
    package var time: Int64
    package var page: ByteKey?
  }

  /// - Parameter spelling: the text by which quarantine knows a time out of range.
  package static func judge(
    _ row: SourceRow, job: HistoryJob, spelling: (SourceTime) -> ByteKey = { $0.canonicalText }
  ) -> Judgement {
    let user = row.user.flatMap { $0.isEmpty ? nil : $0 }
    let (id, idText) = eventID(row.id, job: job)
    let (time, timeText) = moment(row.time, spelling)
    func reject(_ reason: QuarantineReason) -> Judgement {
      .quarantined(QuarantineRow(reason, eventID: idText, user: user, time: timeText, page: row.page))
    }
    if job.hasEventID, id == nil { return reject(idText == nil ? .nullEventID : .badEventID) }
    guard let user else { return reject(.nullUser) }
    guard let time else {
      return reject(timeText == nil ? .nullTime : isInfinite(row.time) ? .timeOutOfRange : .badTime)
    }
    guard isInRange(time) else { return reject(.timeOutOfRange) }
    guard user.count <= longestKey, (idText?.count ?? 0) <= longestKey else { return reject(.keyTooLong) }
    guard let id else {
      let content = Content(user: user, time: time, page: row.page)
      return DerivedID.id(content, occurrence: 1).count <= longestKey ? .content(content) : reject(.keyTooLong)
    }
    return .pageview(
      Pageview(id: id, user: user, time: time, page: row.page, sequence: job.hasSequence ? row.sequence : nil))
  }

  /// The id, where there is a good one, and the text by which quarantine knows it.
  private static func eventID(_ id: SourceID, job: HistoryJob) -> (EventID?, ByteKey?) {
    guard job.hasEventID else { return (nil, nil) }
    switch (id, job.idType) {
    case (.null, _): return (nil, nil)
    case (.text(let text), _) where text.isEmpty: return (nil, nil)
    case (.text(let text), .text): return (.text(text), text)
    case (.text(let text), .integer):
      let value = Int64(text.text)
      let isCanonical = value.map { ByteKey(String($0)) == text } ?? false
      return (isCanonical ? value.map(EventID.integer) : nil, text)
    case (.integer(let value), .integer): return (.integer(value), ByteKey(String(value)))
    case (.integer(let value), .text): return (.text(ByteKey(String(value))), ByteKey(String(value)))
    }
  }

  package static func isInRange(_ time: Int64) -> Bool { time >= earliest && time < end }

  private static func isInfinite(_ time: SourceTime) -> Bool { if case .infinite = time { true } else { false } }

  private static func moment(_ time: SourceTime, _ spelling: (SourceTime) -> ByteKey) -> (Int64?, ByteKey?) {
    switch time {
    case .null: (nil, nil)
    case .at(let value): (value, isInRange(value) ? time.canonicalText : spelling(time))
    case .infinite: (nil, spelling(time))
    case .bad(let text): (nil, text.isEmpty ? nil : text)
    }
  }
}

/// The id of a pageview in a source that has none.
package enum DerivedID {
  /// `<bytes of user>:<user><26-character time><bytes of page>:<page>#<n>`; over 1,024 bytes, the page is its length
  /// and its SHA-256.
  package static func id(_ content: RowRules.Content, occurrence: Int) -> ByteKey {
    let front = length(content.user.bytes) + content.user.bytes + CalendarText.canonical(content.time)
    let back = Array("#\(occurrence)".utf8)
    guard let page = content.page?.bytes else { return ByteKey(front + [UInt8(ascii: "-")] + back) }
    let whole = front + length(page) + page + back
    return ByteKey(whole.count <= RowRules.longestKey ? whole : front + length(page) + SHA256.hex(page) + back)
  }

  private static func length(_ bytes: [UInt8]) -> [UInt8] { Array("\(bytes.count):".utf8) }
}
