internal import CPostgres
internal import Foundation
internal import WarehouseDriver

/// A connection of libpq's, never blocked in a call that cannot be cancelled. Not `Sendable`: it lives inside one
/// `PostgresConnection`.
final class ServerLink {
  let handle: OpaquePointer
  /// Where the server is, for messages.
  let place: String
  /// How long a statement may take, for the message.
  var statementTimeout: Duration?
  /// The server's own setting, before the session's is changed to UTC.
  var serverTimeZone = ""
  /// Set when the server is gone: nothing can be done on this connection any more.
  private(set) var isLost = false
  /// Carries out statements although the task is cancelled: the connection's own, such as ROLLBACK.
  private var isShielded = false
  private var cancelSent: ContinuousClock.Instant?
  /// When the statement in flight was first asked to stop.
  private var firstCancel: ContinuousClock.Instant?
  private var cancelRequest: CancelRequest?
  /// For how long a server that has something to do may say nothing; nil waits as long as the server takes. Where the
  /// server holds a time limit itself, this one is for a server that does not answer at all.
  var silenceLimit: Duration?
  private var lastHeard = ContinuousClock.now
  /// A statement that was asked to stop, and one that ends a transaction, are waited for no longer than this.
  static let patience = Duration.seconds(10)
  let onSend: (@Sendable (String) -> Void)?

  /// - Parameters:
  ///   - handle: a connection that stands; it is closed with this object
  ///   - onSend: told each text before it is sent
  init(_ handle: OpaquePointer, place: String, onSend: (@Sendable (String) -> Void)?) {
    self.handle = handle
    self.place = place
    self.onSend = onSend
  }

  deinit { PQfinish(handle) }

  var transactionStatus: PGTransactionStatusType { PQtransactionStatus(handle) }

  func parameter(_ name: String) -> String? { PQparameterStatus(handle, name).map { String(cString: $0) } }

  // MARK: Statements

  /// Carries out `body` to its end although the task is cancelled.
  func shielded<Result>(_ body: () throws(DriverError) -> Result) throws(DriverError) -> Result {
    let before = isShielded
    isShielded = true
    defer { isShielded = before }
    return try body()
  }

  /// Carries out one statement with parameters, and returns its last result.
  func run(
    _ sql: String, _ phase: DriverError.Phase, _ parameters: [String?] = [], shown: String? = nil
  ) throws(DriverError) -> Reply {
    let shown = shown ?? sql
    try announce(sql, phase, shown)
    let sent = withCStrings(parameters) { values in
      PQsendQueryParams(handle, sql, Int32(parameters.count), nil, values.baseAddress, nil, nil, 0)
    }
    guard sent == 1 else { throw lost(phase, shown) }
    return try finish(phase, shown)
  }

  /// Carries out several statements of the connection's own in one round trip, and returns the last result.
  func runAll(_ sql: String, _ phase: DriverError.Phase, shown: String? = nil) throws(DriverError) -> Reply {
    let shown = shown ?? sql
    try announce(sql, phase, shown)
    guard PQsendQuery(handle, sql) == 1 else { throw lost(phase, shown) }
    return try finish(phase, shown)
  }

  /// Prepares one statement, without a name, and returns its description.
  func describe(_ sql: String, _ phase: DriverError.Phase, shown: String) throws(DriverError) -> Reply {
    try announce(sql, phase, shown)
    guard PQsendPrepare(handle, "", sql, 0, nil) == 1 else { throw lost(phase, shown) }
    _ = try finish(phase, shown)
    // The errand that follows a cancel request takes the place of the statement without a name.
    if Task.isCancelled, !isShielded {
      throw DriverError(.cancelled, phase: phase, "the statement was cancelled", statement: shown)
    }
    guard PQsendDescribePrepared(handle, "") == 1 else { throw lost(phase, shown) }
    return try finish(phase, shown)
  }

  private func announce(_ sql: String, _ phase: DriverError.Phase, _ shown: String) throws(DriverError) {
    guard !isLost else { throw lost(phase, shown) }
    if sql.utf8.contains(0) {
      throw DriverError(.other, phase: phase, "the statement contains a NUL character", statement: shown)
    }
    onSend?(sql)
    lastHeard = .now
  }

  /// Waits until the statement has ended. A COPY is returned as it begins.
  func finish(_ phase: DriverError.Phase, _ sql: String) throws(DriverError) -> Reply {
    var last: Reply?
    var failed: Reply?
    while let reply = try nextReply(phase, sql) {
      if reply.isCopy { return reply }
      if reply.isError, failed == nil { failed = reply }
      last = reply
    }
    if PQstatus(handle) == CONNECTION_BAD { isLost = true }
    let wasCancelled = cancelSent != nil
    if wasCancelled { settle() }
    if let failed { throw error(failed, phase, sql, wasCancelled: wasCancelled) }
    guard let last else { throw lost(phase, sql) }
    if last.status == PGRES_EMPTY_QUERY {
      throw DriverError(.other, phase: phase, "the statement is empty", statement: sql)
    }
    return last
  }

  private func nextReply(_ phase: DriverError.Phase, _ sql: String) throws(DriverError) -> Reply? {
    try flush(phase, sql)
    while PQisBusy(handle) == 1 {
      try wait(Int16(POLLIN), phase, sql)
      if PQconsumeInput(handle) == 0 { break }
    }
    return PQgetResult(handle).map(Reply.init)
  }

  /// Sends what libpq has buffered.
  func flush(_ phase: DriverError.Phase, _ sql: String) throws(DriverError) {
    while true {
      switch PQflush(handle) {
      case 0: return
      case 1:
        // The server may be waiting for us to read before it reads on.
        try wait(Int16(POLLIN | POLLOUT), phase, sql)
        guard PQconsumeInput(handle) == 1 else { return }
      // What the server said before it went is read as the result.
      default: return
      }
    }
  }

  /// Whether the server has sent something that is not read yet.
  var hasInput: Bool {
    var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
  }

  /// Waits until the socket is ready, at most a moment; sends a cancel request if the task was cancelled.
  func wait(_ events: Int16, _ phase: DriverError.Phase, _ sql: String) throws(DriverError) {
    if Task.isCancelled, !isShielded { requestCancel() }
    var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
    // Wakes at once when the server answers; the limit is how long a cancellation may go unseen.
    let ready = poll(&descriptor, 1, 15)
    if ready < 0, errno != EINTR { throw lost(phase, sql) }
    if ready > 0 { lastHeard = .now } else { try checkSilence(phase, sql) }
  }

  /// - Throws: `DriverError` where the server has said nothing for too long: the connection is given up.
  private func checkSilence(_ phase: DriverError.Phase, _ sql: String) throws(DriverError) {
    let now = ContinuousClock.now
    if let firstCancel, now - max(firstCancel, lastHeard) > Self.patience {
      throw silent(for: Self.patience, after: "it was asked to stop the statement", .cancelled, phase, sql)
    }
    let isEnding = isShielded && phase == .rollback
    guard let limit = isEnding ? min(silenceLimit ?? Self.patience, Self.patience) : silenceLimit,
      now - lastHeard > limit
    else { return }
    throw silent(for: limit, after: "the statement was sent", .timeout, phase, sql)
  }

  private func silent(
    for time: Duration, after what: String, _ code: DriverError.Code, _ phase: DriverError.Phase, _ sql: String
  ) -> DriverError {
    isLost = true
    return DriverError(
      phase == .commit ? .connectionLost : code, phase: phase,
      "PostgreSQL at \(place) has said nothing for \(time.words) after \(what); the connection is given up",
      remedy: "check the server and the network, then run again", statement: sql)
  }

  // MARK: Cancelling

  /// Asks the server to stop the statement in flight; again where it has not reacted for a while, because a request
  /// that arrives before the statement has begun is lost.
  func requestCancel() {
    let now = ContinuousClock.now
    if firstCancel == nil { firstCancel = now }
    if let cancelSent, now - cancelSent < .milliseconds(200) { return }
    cancelSent = now
    // One at a time: the thread of a request that is not answered stays until its own time limit.
    if let cancelRequest, !cancelRequest.isAnswered(within: 0) { return }
    guard let request = CancelRequest(handle) else { return }
    request.send()
    cancelRequest = request.isAnswered(within: 0.25) ? nil : request
  }

  /// A cancel request may take effect after the statement that it was meant for. An empty errand takes the blow, so
  /// that the next statement does not.
  private func settle() {
    cancelSent = nil
    firstCancel = nil
    // One that is on its way may hit the errand, too.
    _ = cancelRequest?.isAnswered(within: 1)
    cancelRequest = nil
    var attempts = 0
    let end = ContinuousClock.now + Self.patience
    while !isLost, attempts < 20 {
      attempts += 1
      let errand = "SELECT 1"
      onSend?(errand)
      guard PQsendQuery(handle, errand) == 1 else { break }
      var wasHit = false
      while true {
        while PQisBusy(handle) == 1 {
          var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
          poll(&descriptor, 1, 1000)
          if PQconsumeInput(handle) == 0 { break }
          if ContinuousClock.now > end {
            isLost = true
            return
          }
        }
        guard let reply = PQgetResult(handle).map(Reply.init) else { break }
        if reply.sqlState == SQLState.queryCanceled { wasHit = true }
      }
      if PQstatus(handle) == CONNECTION_BAD { isLost = true }
      if !wasHit { return }
    }
  }

  // MARK: Errors

  func error(
    _ reply: Reply, _ phase: DriverError.Phase, _ sql: String, wasCancelled: Bool = false
  ) -> DriverError {
    if PQstatus(handle) == CONNECTION_BAD { isLost = true }
    let isOurs = wasCancelled || (Task.isCancelled && !isShielded)
    if isOurs, reply.sqlState == SQLState.queryCanceled {
      return DriverError(
        .cancelled, phase: phase, "the statement was cancelled", sqlState: reply.sqlState, statement: sql)
    }
    let report = ServerReport(reply, phase: phase, place: place, statementTimeout: statementTimeout, isLost: isLost)
    var error = report.error
    error.statement = sql
    return error
  }

  /// The error of a connection that is gone without a word of the server's.
  func lost(_ phase: DriverError.Phase, _ sql: String? = nil) -> DriverError {
    isLost = true
    return DriverError(
      .connectionLost, phase: phase, "the connection to PostgreSQL at \(place) was lost",
      remedy: "check the server and the network, then run again; nothing is half-written", statement: sql)
  }

  // MARK: COPY

  /// The next message of a COPY TO, nil at its end. It must be freed with `PQfreemem`.
  func copyData(_ phase: DriverError.Phase, _ sql: String) throws(DriverError) -> UnsafeMutableRawBufferPointer? {
    while true {
      var buffer: UnsafeMutablePointer<CChar>?
      let count = PQgetCopyData(handle, &buffer, 1)
      if count > 0, let buffer { return UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)) }
      if count < 0 { return nil }
      try wait(Int16(POLLIN), phase, sql)
      // A broken connection ends the data, and is the result.
      if PQconsumeInput(handle) == 0 { return nil }
    }
  }

  /// Ends whatever is in flight: reads on to the end, or cancels what does not end by itself.
  func abandon() {
    guard !isLost, transactionStatus == PQTRANS_ACTIVE else { return }
    lastHeard = .now
    try? shielded { () throws(DriverError) in
      requestCancel()
      while let reply = try nextReply(.close, "") {
        if reply.status == PGRES_COPY_IN {
          if PQputCopyEnd(handle, "given up") != 1 { break }
        } else if reply.status == PGRES_COPY_OUT {
          while let data = try copyData(.close, "") { PQfreemem(data.baseAddress) }
        }
        if PQstatus(handle) == CONNECTION_BAD { break }
      }
    }
    if PQstatus(handle) == CONNECTION_BAD { isLost = true }
    settle()
  }
}
