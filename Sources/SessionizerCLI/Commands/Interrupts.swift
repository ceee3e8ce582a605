internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ctrl-C and SIGTERM: the first asks the command to stop and to roll back, the second ends the process at once.
struct Interrupts {
  private let sources: [any DispatchSourceSignal]

  init(first: @escaping @Sendable () -> Void, second: @escaping @Sendable () -> Void) {
    let asked = Asked()
    sources = [SIGINT, SIGTERM].map { number in
      // The default action would end the process before the source sees the signal.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        if asked.before.exchange(true, ordering: .relaxed) { second() } else { first() }
      }
      source.resume()
      return source
    }
  }

  func stop() {
    for source in sources { source.cancel() }
  }

  private final class Asked: Sendable {
    let before = Atomic(false)
  }
}
