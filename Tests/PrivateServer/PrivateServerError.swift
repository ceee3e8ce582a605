/// Why a server cannot be had, or what it said.
public struct PrivateServerError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
