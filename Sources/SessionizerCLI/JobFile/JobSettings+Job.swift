public import SessionPlan

/// Two settings that do not go together.
public struct SettingConflict: Error, Hashable, Sendable, CustomStringConvertible {
  /// The key in the job file's notation, such as `source.arrival.overlap`.
  public var key: String
  public var message: String

  public var description: String { "\(key): \(message)" }
}

extension JobSettings {
  /// The job: what was said, and the defaults for the rest.
  ///
  /// - Throws: `SettingConflict` where settings that are right by themselves do not go together.
  public func job() throws(SettingConflict) -> SessionJob {
    let standard = SessionJob()
    var source = standard.source
    source.table = table?.value
    if let eventID { source.eventID = eventID.value }
    source.userID = userID ?? source.userID
    source.pageViewAt = pageViewAt ?? source.pageViewAt
    if let page { source.page = page.value }
    source.timeFormat = timeFormat ?? source.timeFormat
    source.timeZone = timeZone ?? source.timeZone
    source.filter = filter?.value
    source.arrival = try arrival()
    let attributes = try checkedAttributes()
    let names = try checkedNames()
    try check(table: source.table, names)
    return SessionJob(
      gap: gap ?? standard.gap, boundary: boundary ?? standard.boundary,
      eventIDType: eventIDType ?? standard.eventIDType, source: source, attributes: attributes, names: names)
  }

  private func arrival() throws(SettingConflict) -> Arrival? {
    guard let column = arrivalColumn?.value else {
      if arrivalColumn == nil, arrivalKind != nil || arrivalOverlap != nil {
        throw SettingConflict(
          key: "source.arrival",
          message: "there is no arrival column; name it in source.arrival.column (--arrival-column)")
      }
      return nil
    }
    let kind = arrivalKind ?? .id
    if let arrivalOverlap, arrivalOverlap.kind != kind {
      let form = kind == .id ? "a count such as 10000" : "a duration such as 1h"
      throw SettingConflict(
        key: "source.arrival.overlap", message: "for an arrival column of kind \(kind.rawValue) the overlap is \(form)")
    }
    return Arrival(column: column, kind: kind, overlap: arrivalOverlap?.value)
  }

  private func checkedAttributes() throws(SettingConflict) -> [Attribute] {
    var seen: Set<[UInt8]> = []
    for attribute in attributes ?? [] {
      if Attribute.isReserved(attribute.name) {
        throw SettingConflict(
          key: "attributes.\(attribute.name)",
          message: "\(attribute.name) is a name of the tool's own; give the attribute another (name: column)")
      }
      guard seen.insert(Self.folded(attribute.name)).inserted else {
        throw SettingConflict(key: "attributes.\(attribute.name)", message: "two attributes have this name; keep one")
      }
    }
    return attributes ?? []
  }

  private func checkedNames() throws(SettingConflict) -> ObjectNames {
    let names = ObjectNames(prefix: prefix ?? "", schema: schema?.value, overrides: self.names)
    var seen: [[UInt8]: ObjectNames.Object] = [:]
    for object in ObjectNames.Object.allCases {
      if let other = seen.updateValue(object, forKey: Self.folded(names[object].last)) {
        let key = self.names[object] != nil ? object : other
        throw SettingConflict(
          key: "names.\(key.rawValue)",
          message: "\(other.rawValue) and \(object.rawValue) would both be called \(names[object].last); rename one")
      }
    }
    return names
  }

  private func check(table: ObjectName?, _ names: ObjectNames) throws(SettingConflict) {
    guard let table else { return }
    for object in ObjectNames.Object.allCases where object != .pageviews {
      if table.parts.map(Self.folded) == names[object].parts.map(Self.folded) {
        throw SettingConflict(
          key: "source.table",
          message: "\(table) is the name of our own \(object.rawValue); set a prefix, or name the pageviews' table")
      }
    }
  }

  /// As engines fold names, and by bytes: Swift would take composed and decomposed letters for equal.
  private static func folded(_ name: String) -> [UInt8] { Array(name.lowercased().utf8) }
}
