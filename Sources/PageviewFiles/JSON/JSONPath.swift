/// A place in a JSON object: keys, places in arrays, and look-ups in arrays of key-value pairs.
struct JSONPath: Hashable {
  enum Step: Hashable {
    case key([UInt8])
    /// Counted from 0.
    case index(Int)
    /// The one element of an array that is an object in which `key` has the value: `event_params[key=page_location]`.
    case element(key: [UInt8], value: [UInt8])
  }

  var steps: [Step]

  /// What a name can mean: the key of just that name first, then a path with dots and brackets, or a JSON Pointer.
  static func meanings(_ name: String) -> [JSONPath] {
    let plain = JSONPath(steps: [.key(Array(name.utf8))])
    let path = name.hasPrefix("/") ? pointer(name) : dotted(name)
    return path == plain ? [plain] : [plain, path]
  }

  /// RFC 6901: `/a/b~1c`.
  private static func pointer(_ name: String) -> JSONPath {
    JSONPath(
      steps: name.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
        .key(Array(part.replacing("~1", with: "/").replacing("~0", with: "~").utf8))
      })
  }

  /// `a.b[0].c[key=d].e`. A bracket at the front of a part is text: `event_properties.[Amplitude] Page Path`.
  private static func dotted(_ name: String) -> JSONPath {
    var parts: [String] = [""]
    var isInBrackets = false
    for scalar in name.unicodeScalars {
      if scalar == ".", !isInBrackets {
        parts.append("")
        continue
      }
      if scalar == "[", !parts[parts.count - 1].isEmpty { isInBrackets = true }
      if scalar == "]" { isInBrackets = false }
      parts[parts.count - 1].unicodeScalars.append(scalar)
    }
    return JSONPath(steps: parts.flatMap(Self.steps))
  }

  private static func steps(_ part: String) -> [Step] {
    var rest = part[...]
    var brackets: [Step] = []
    while rest.hasSuffix("]"), let open = rest.lastIndex(of: "["), open > rest.startIndex {
      let inside = rest[rest.index(after: open)...].dropLast()
      if !inside.isEmpty, inside.utf8.allSatisfy({ (48...57).contains($0) }), let index = Int(inside) {
        brackets.insert(.index(index), at: 0)
      } else if let equals = inside.firstIndex(of: "="), equals > inside.startIndex {
        let value = inside[inside.index(after: equals)...]
        brackets.insert(.element(key: Array(inside[..<equals].utf8), value: Array(value.utf8)), at: 0)
      } else {
        break
      }
      rest = rest[..<open]
    }
    return [.key(Array(rest.utf8))] + brackets
  }
}

/// The paths that are wanted of an object, as a tree, so that one pass finds them all.
final class JSONNode {
  struct Target {
    var slot: Int
    /// Of two values for one slot, the one of the lower rank counts if it is not empty.
    var rank: Int
  }

  private(set) var targets: [Target] = []
  private(set) var members: [(key: [UInt8], node: JSONNode)] = []
  private(set) var indexes: [(index: Int, node: JSONNode)] = []
  private(set) var elements: [(key: [UInt8], value: [UInt8], node: JSONNode)] = []

  convenience init(names: [String]) {
    self.init()
    for (slot, name) in names.enumerated() {
      for (rank, path) in JSONPath.meanings(name).enumerated() {
        add(path.steps[...], Target(slot: slot, rank: rank))
      }
    }
  }

  private func add(_ steps: ArraySlice<JSONPath.Step>, _ target: Target) {
    guard let step = steps.first else {
      targets.append(target)
      return
    }
    let next: JSONNode
    switch step {
    case .key(let key):
      next = members.first { $0.key == key }?.node ?? JSONNode()
      if !members.contains(where: { $0.key == key }) { members.append((key, next)) }
    case .index(let index):
      next = indexes.first { $0.index == index }?.node ?? JSONNode()
      if !indexes.contains(where: { $0.index == index }) { indexes.append((index, next)) }
    case .element(let key, let value):
      next = elements.first { $0.key == key && $0.value == value }?.node ?? JSONNode()
      if !elements.contains(where: { $0.key == key && $0.value == value }) { elements.append((key, value, next)) }
    }
    next.add(steps.dropFirst(), target)
  }

  var wantsArray: Bool { !indexes.isEmpty || !elements.isEmpty }
}
