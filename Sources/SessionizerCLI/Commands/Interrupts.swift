internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ctrl-C and SIGTERM: the first asks the command to stop, on the server too, and to roll back; a later one ends the
/// process when the command has not ended a moment after it.
struct Interrupts {
  /// A signal within this time of the first is the same wish: `timeout` sends one to the process and one to its group.
  static let pause = Duration.seconds(1)
  /// How long the server still has to end the statement after another signal.
  static let grace = Duration.seconds(2)

  private let sources: [any DispatchSourceSignal]

  /// - Parameters:
  ///   - first: asks the command to stop
  ///   - last: ends the process, `grace` after the signal that asked for it
  init(first: @escaping @Sendable () -> Void, last: @escaping @Sendable () -> Void) {
    let asked = Asked()
    let queue = DispatchQueue(label: "sessionizer.interrupts")
    sources = [SIGINT, SIGTERM].map { number in
      // The default action would end the process before the source sees the signal.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        switch asked.next(at: .now) {
        case .stop: first()
        case .same: break
        case .end: queue.asyncAfter(deadline: .now() + .milliseconds(Int(Self.grace / .milliseconds(1)))) { last() }
        case .endNow: last()
        }
      }
      source.resume()
      return source
    }
  }

  func stop() {
    for source in sources { source.cancel() }
  }

  /// What a signal means.
  enum Wish { case stop, same, end, endNow }

  /// The signals so far.
  final class Asked: Sendable {
    private let last = Mutex<(time: ContinuousClock.Instant, wish: Wish)?>(nil)

    func next(at now: ContinuousClock.Instant) -> Wish {
      last.withLock { last in
        guard let before = last else {
          last = (now, .stop)
          return .stop
        }
        guard now - before.time >= Interrupts.pause else { return .same }
        let wish: Wish = before.wish == .stop ? .end : .endNow
        last = (now, wish)
        return wish
      }
    }
  }
}
