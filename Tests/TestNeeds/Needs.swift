public import Testing

extension Trait where Self == ConditionTrait {
  /// Skips by name, with the reason, where something that a test or a suite needs is absent.
  ///
  /// A test that finds its engine or its files missing and returns has passed, and tested nothing.
  ///
  /// - Parameter absence: why the test cannot run here; nil where it can
  public static func needs(_ absence: String?) -> ConditionTrait {
    .enabled(if: absence == nil, Comment(rawValue: absence ?? ""))
  }
}
