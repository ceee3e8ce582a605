internal import YAMLReading

/// A setting that can also be said to be absent: a source without event ids, a job without a filter.
public enum Choice<Value: Hashable & Sendable>: Hashable, Sendable {
  case none
  case use(Value)

  var value: Value? {
    switch self {
    case .none: nil
    case .use(let value): value
    }
  }
}

extension YAMLCursor {
  /// A single value, or nothing at all where `none` is written.
  func choice<Value>(
    _ example: String, _ parse: (String) throws(SettingError) -> Value
  ) throws(JobFileError) -> Choice<Value> {
    isNone ? .none : .use(try value(example, parse))
  }
}
