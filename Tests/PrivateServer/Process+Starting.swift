public import Foundation

extension Process {
  private static let lock = NSLock()

  /// Does something while no program is being started.
  public static func exclusively<Result>(_ body: () throws -> Result) rethrows -> Result { try lock.withLock(body) }

  /// Starts the program, while no other one is being started.
  ///
  /// `run` learns of the program's end by a socket that is closed with it. A program that another thread starts at the same
  /// moment inherits that socket, and as long as it lives, as a server does, the first one's `waitUntilExit` waits (Swift
  /// 6.3 on Linux). A pipe that is made at such a moment has no end for the same reason.
  public func start() throws { try Self.exclusively { try run() } }
}
