internal import CPostgres
internal import Foundation
internal import WarehouseDriver

/// The oldest server that is known to do what we ask.
let oldestServerVersion = 120_000

extension ServerLink {
  /// Connects, without blocking: a cancelled task gives up within some milliseconds.
  static func open(_ target: ConnectionTarget, options: ConnectionOptions) throws(DriverError) -> ServerLink {
    guard let handle = target.start() else {
      throw DriverError(.other, phase: .connect, "libpq found no memory")
    }
    let link: ServerLink
    do {
      try connect(handle)
      link = ServerLink(
        handle,
        place: serverPlace(host: String(cString: PQhost(handle)), port: String(cString: PQport(handle))),
        onSend: options.onSend)
    } catch {
      PQfinish(handle)
      throw error
    }
    link.serverTimeZone = link.parameter("TimeZone") ?? ""
    // A server that has let us in and says nothing more is one that cannot be reached.
    link.silenceLimit = timeLimit(handle)
    try link.refuseUnfit()
    try link.refuseSharedProcess(target)
    try link.prepareSession(options)
    link.limitStatements(options.statementTimeout)
    return link
  }

  static func connect(_ handle: OpaquePointer) throws(DriverError) {
    // Without this libpq prints the server's notices.
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    guard PQstatus(handle) != CONNECTION_BAD else { throw ConnectFailure(handle).error }
    // libpq leaves the time limit to callers who poll.
    let limit = timeLimit(handle)
    let end = limit.map { ContinuousClock.now + $0 }
    var next = PGRES_POLLING_WRITING
    while next != PGRES_POLLING_OK {
      if next == PGRES_POLLING_FAILED { throw ConnectFailure(handle).error }
      if Task.isCancelled {
        throw DriverError(.cancelled, phase: .connect, "connecting to PostgreSQL was cancelled")
      }
      if let limit, let end, ContinuousClock.now >= end { throw ConnectFailure(handle).timeout(after: limit) }
      // The socket changes where there are several hosts or addresses.
      let events = Int16(next == PGRES_POLLING_READING ? POLLIN : POLLOUT)
      var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
      if poll(&descriptor, 1, 20) != 0 { next = PQconnectPoll(handle) }
    }
    PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
    PQsetnonblocking(handle, 1)
  }

  /// `connect_timeout` for each host, as libpq has worked it out; nil waits for ever.
  static func timeLimit(_ handle: OpaquePointer) -> Duration? {
    guard let settings = PQconninfo(handle) else { return nil }
    defer { PQconninfoFree(settings) }
    var seconds = 0
    var hosts = 1
    var setting = settings
    while let keyword = setting.pointee.keyword {
      let value = setting.pointee.val.map { String(cString: $0) } ?? ""
      switch String(cString: keyword) {
      case "connect_timeout": seconds = Int(value) ?? 0
      case "host", "hostaddr": hosts = max(hosts, value.split(separator: ",").count)
      default: break
      }
      setting += 1
    }
    return seconds > 0 ? .seconds(max(seconds, 2) * hosts) : nil
  }

  /// How long a statement may take: held by the server, and by us where the server does not answer.
  func limitStatements(_ limit: Duration?) {
    statementTimeout = limit
    silenceLimit = limit.map { $0 + .seconds(5) }
  }

  private func refuseUnfit() throws(DriverError) {
    let version = Int(PQserverVersion(handle))
    guard version >= oldestServerVersion else {
      throw DriverError(
        .unsupported, phase: .connect, "PostgreSQL at \(place) is version \(version / 10000)",
        remedy: "version 12 or later is needed")
    }
    // Trap T27: in another encoding the server compares and measures other bytes than we do.
    let encoding = parameter("server_encoding") ?? ""
    guard encoding == "UTF8" else {
      throw DriverError(
        .encoding, phase: .connect,
        "database \(String(cString: PQdb(handle))) at \(place) stores its texts as \(encoding), not as UTF8",
        remedy: "copy it by pg_dump into one made with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0")
    }
  }

  /// The session's settings, in one round trip. All of them may be set by any role.
  private func prepareSession(_ options: ConnectionOptions) throws(DriverError) {
    var settings = [
      // Trap T04: nothing of ours depends on it, but a user's own filter or view may.
      "SET TimeZone = 'UTC'",
      "SET DateStyle = 'ISO, YMD'",
      "SET IntervalStyle = 'postgres'",
      "SET standard_conforming_strings = on",
      "SET extra_float_digits = 1",
      "SET client_min_messages = warning",
      // Zero would mean to wait for ever.
      "SET lock_timeout = \(max(options.lockTimeout.milliseconds, 1))",
      // Compiling pays only for statements that run for long; most of ours are short.
      "SET jit = off",
      // A scratch table must never shadow a table of the user's, as it does where pg_temp is not named.
      """
      SELECT pg_catalog.set_config('search_path', CASE trim(path) WHEN '' THEN 'pg_temp' ELSE path || ', pg_temp' END, false)
      FROM (SELECT regexp_replace(current_setting('search_path'), '(^|,)\\s*"?pg_temp"?\\s*(?=,|$)', '') AS path) p
      """,
    ]
    if let timeout = options.statementTimeout {
      settings.append("SET statement_timeout = \(max(timeout.milliseconds, 1))")
    }
    if options.readOnly { settings.append("SET default_transaction_read_only = on") }
    _ = try runAll(settings.joined(separator: ";\n"), .connect)
  }
}
