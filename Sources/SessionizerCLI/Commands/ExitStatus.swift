internal import ArgumentParser
internal import SessionRunner
internal import WarehouseDriver

/// What the process returns.
enum ExitStatus {
  static let done: Int32 = 0
  /// The check found differences.
  static let different: Int32 = 1
  /// Could not run.
  static let failed: Int32 = 2
  static let usage: Int32 = 64
  /// Another run holds the job.
  static let busy: Int32 = 75
  static let interrupted: Int32 = 130

  /// The code for an error that a command threw.
  static func code(of error: any Error) -> Int32 {
    switch error {
    case let exit as ExitCode: exit.rawValue
    case is CancellationError: interrupted
    case let error as DriverError:
      switch error.code {
      case .jobLocked: busy
      case .cancelled: interrupted
      default: failed
      }
    case let error as RunnerError: error.exitCode
    case is UsageError, is ValidationError: usage
    case let error as TargetChoiceError: error.isMissing ? usage : failed
    case let error as OutputError: error == .brokenPipe ? done : failed
    default: failed
    }
  }
}
