/// Watches for lists of objects inside the objects of a file, which may be the pageviews that were meant.
///
/// An object is one pageview: what is in its lists is not loaded, unless a mapping names the place.
struct JSONLists {
  /// A list of objects: where it is, and the keys of its first object.
  struct Found {
    var place: [UInt8]
    var keys: [[UInt8]]
  }

  private var found: [Found] = []
  private static let greatest = 20

  mutating func look(_ scanner: JSONScanner, _ arena: TextArena) {
    for list in scanner.lists(arena)
    where found.count < Self.greatest && !found.contains(where: { $0.place == list.place }) {
      found.append(list)
    }
  }

  /// The file is one document with a list, and nobody said that it is one pageview.
  ///
  /// - Parameter isOne: there is no other object
  func fault(_ path: String, isOne: Bool, _ plan: FieldPlan, _ options: LoadOptions) -> FileFault? {
    guard isOne, options.format == nil, FormatDetection.format(ofName: path) != .jsonLines,
      let list = found.first,
      // Who looks into one of its lists knows what the object is, as the presets do.
      !found.contains(where: { Self.isNamed($0, plan) })
    else { return nil }
    let place = String(decoding: list.place, as: UTF8.self)
    return FileFault(
      path: path,
      "this is one object, and its \(shownName(list.place)) is a list of objects with \(Self.shown(list.keys))",
      remedy:
        "load the objects of the list: jq -c '.\(place)[]' \(path == "-" ? "FILE" : path) | sessionizer load - …; or "
        + "say --file-format jsonl, if the whole object is one pageview")
  }

  /// Lists whose objects have a time or a user under the names that are mapped.
  func notices(_ plan: FieldPlan) -> [String] {
    let needed = (plan.time.alternatives + plan.user.alternatives).joined().map { Array(plan.names[$0].utf8) }
    return found.filter { !Self.isNamed($0, plan) }.compactMap { list in
      guard let key = list.keys.first(where: needed.contains) else { return nil }
      return
        "\(shownName(list.place)) is a list of objects that have \(shownName(key)), too; an object is one pageview, "
        + "and those in the list are not loaded"
    }
  }

  /// Whether a mapping or the filter looks into the list.
  private static func isNamed(_ list: Found, _ plan: FieldPlan) -> Bool {
    let place = String(decoding: list.place, as: UTF8.self)
    let pointer = "/" + place.replacing(".", with: "/")
    return plan.names.contains { name in
      [place, pointer].contains { front in
        name == front || ["[", ".", "/"].contains { name.hasPrefix(front + $0) }
      }
    }
  }

  private static func shown(_ keys: [[UInt8]]) -> String {
    keys.isEmpty ? "no keys" : keys.prefix(8).map { shownName($0) }.joined(separator: ", ")
  }
}
