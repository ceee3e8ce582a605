/// What a file says for a key.
package indirect enum KeyValue: Hashable, Sendable {
  /// `~`: the engine has no such thing.
  case none
  case text(String)
  case integer(Int)
  case flag(Bool)
  case list([String])
  case mapping([String: KeyValue])
  /// A list of mappings.
  case records([[String: String]])

  var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  var list: [String] {
    if case .list(let list) = self { list } else { [] }
  }

  var records: [[String: String]] {
    if case .records(let records) = self { records } else { [] }
  }

  subscript(key: String) -> KeyValue? {
    if case .mapping(let entries) = self { entries[key] } else { nil }
  }

  /// What holds where a file extends another: mappings are merged key by key, all else is replaced.
  func overridden(by child: KeyValue) -> KeyValue {
    guard case .mapping(let own) = self, case .mapping(let other) = child else { return child }
    return .mapping(own.merging(other) { $0.overridden(by: $1) })
  }
}
