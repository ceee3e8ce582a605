/// STUB
public struct PlanChecker: Sendable {
  public init() {}
  public func columns(of query: Query) throws -> [SchemaColumn] { [] }
}
