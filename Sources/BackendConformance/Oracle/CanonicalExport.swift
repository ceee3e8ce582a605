/// The exports that must be the same bytes on every engine: a header, rows in a total order, lines ended by LF, fields
/// quoted (RFC 4180) only where they hold a comma, a quote, CR or LF; a NULL and an empty page are both an empty field.
public enum CanonicalExport {
  /// By (user_id, started_at, session_id), whatever order the records come in.
  public static func sessions(_ records: [SessionRecord]) -> [UInt8] {
    var csv = Array(
      "session_id,user_id,started_at,ended_at,duration_seconds,pageviews,entry_page,exit_page,is_bounce\n".utf8)
    let ordered = records.sorted { a, b in
      if a.user != b.user { return a.user < b.user }
      return a.startedAt != b.startedAt ? a.startedAt < b.startedAt : a.id < b.id
    }
    for session in ordered {
      appendLine(
        &csv,
        [
          session.id.bytes, session.user.bytes, CalendarText.canonical(session.startedAt),
          CalendarText.canonical(session.endedAt), sixDecimals(session.endedAt - session.startedAt),
          Array(String(session.pageviews).utf8), session.entryPage?.bytes ?? [], session.exitPage?.bytes ?? [],
          [UInt8(ascii: session.pageviews == 1 ? "1" : "0")],
        ])
    }
    return csv
  }

  /// By user_id and the order of the user's pageviews (`Pageview.precedes`), whatever order the records come in.
  public static func events(_ records: [EventRecord]) -> [UInt8] {
    var csv = Array("event_id,session_id,user_id,page_view_at,page\n".utf8)
    let ordered = records.sorted { a, b in
      let (a, b) = (a.pageview, b.pageview)
      return a.user != b.user ? a.user < b.user : a.precedes(b)
    }
    for event in ordered {
      let row = event.pageview
      appendLine(
        &csv,
        [row.id.bytes, event.sessionID.bytes, row.user.bytes, CalendarText.canonical(row.time), row.page?.bytes ?? []])
    }
    return csv
  }

  /// Millionths as a decimal number: `1800.000000`.
  public static func sixDecimals(_ millionths: Int64) -> [UInt8] {
    let sign = millionths < 0 ? [UInt8(ascii: "-")] : []
    let size = abs(millionths)
    return sign + CalendarText.padded(size / 1_000_000, 1) + [UInt8(ascii: ".")]
      + CalendarText.padded(size % 1_000_000, 6)
  }

  private static func appendLine(_ csv: inout [UInt8], _ fields: [[UInt8]]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { csv.append(UInt8(ascii: ",")) }
      guard field.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 == 0x0D || $0 == 0x0A }) else {
        csv += field
        continue
      }
      csv.append(0x22)
      for byte in field { csv += byte == 0x22 ? [0x22, 0x22] : [byte] }
      csv.append(0x22)
    }
    csv.append(0x0A)
  }
}
