internal import Synchronization

/// The job locks of one process, for engines whose databases only one process can open to write.
enum ProcessLock {
  private static let held = Mutex(Set<String>())

  /// Whether the lock was free, and is held now.
  static func take(_ name: String) -> Bool { held.withLock { $0.insert(name).inserted } }

  static func release(_ name: String) { held.withLock { _ = $0.remove(name) } }
}
