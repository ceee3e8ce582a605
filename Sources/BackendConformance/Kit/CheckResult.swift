/// What came of one check.
public struct CheckResult: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    case passed
    /// With what was wrong.
    case failed(String)
    /// It failed, as is known; with the reason for that.
    case failedAsExpected(String)
    /// It passed, although it is known to fail: the reason is no longer true.
    case passedUnexpectedly(String)
    /// It could not be asked, and why.
    case skipped(String)
  }

  /// Such as `late/bridge`.
  public var id: String
  public var section: ConformanceSection
  /// What holds where it passes, one sentence.
  public var meaning: String
  public var outcome: Outcome
  /// What was measured or seen beside it.
  public var note: String?
  public var duration: Duration
  /// The traps (`T05`) and capabilities (`job_lock`) for which it speaks.
  public var proves: [String]

  /// Whether it stands against the backend.
  public var isFault: Bool {
    switch outcome {
    case .failed, .passedUnexpectedly: true
    case .passed, .failedAsExpected, .skipped: false
    }
  }

  /// Such as `passed`.
  public var word: String {
    switch outcome {
    case .passed: "passed"
    case .failed: "failed"
    case .failedAsExpected: "failed as expected"
    case .passedUnexpectedly: "passed unexpectedly"
    case .skipped: "skipped"
    }
  }

  /// Why it is no plain pass, or what was measured.
  public var detail: String? {
    switch outcome {
    case .passed: note
    case .failed(let text), .failedAsExpected(let text), .skipped(let text): text
    case .passedUnexpectedly(let reason): "it is said to fail: \(reason); take that out"
    }
  }
}

extension CheckResult: CustomStringConvertible {
  public var description: String { "\(id): \(word)\(detail.map { ": " + $0 } ?? "")" }
}

/// A check that cannot be asked of this backend.
struct Skipped: Error {
  var reason: String
}

/// A check that does not hold.
struct Failed: Error {
  var detail: String
}

func require(_ condition: Bool, _ detail: @autoclosure () -> String) throws {
  if !condition { throw Failed(detail: detail()) }
}
