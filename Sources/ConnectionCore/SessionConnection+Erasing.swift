internal import SQLRendering
public import SessionPlan

extension SessionConnection {
  public nonisolated func render(_ removal: Removal) throws -> [String] { try Renderer(dialect).render(removal) }

  public nonisolated func render(_ question: RightsQuestion) throws -> [String] {
    try Renderer(dialect).render(question)
  }
}
