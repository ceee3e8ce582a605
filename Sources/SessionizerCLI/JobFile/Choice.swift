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
