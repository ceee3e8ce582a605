/// A question about rights, which no plan holds: it changes nothing.
public enum RightsQuestion: Hashable, Sendable {
  /// Whether a role has a right, and whether whoever asks may give it.
  case state(of: Grant)
  /// Has the engine judge a definition as if it were to carry it out.
  case attempt(Statement)

  /// The answer to `state`, as the engine's query words it.
  public enum State: String, Hashable, Sendable {
    /// The role has it by its own name.
    case granted
    /// It has not, and whoever asks may give it.
    case grantable
    /// Whoever asks may not give it; the role has it by another way, such as everybody's rights.
    case held
    /// Neither.
    case missing
  }
}
