internal import CPostgres
internal import Foundation
internal import WarehouseDriver

/// Why a connection could not be made, from libpq's message. The message is asked for with SQLSTATEs, since its words
/// depend on the server's language; it never gets out as a whole.
struct ConnectFailure {
  let message: String
  let host: String
  let port: String
  let database: String
  let user: String

  init(_ handle: OpaquePointer) {
    func text(_ value: UnsafeMutablePointer<CChar>?) -> String { value.map { String(cString: $0) } ?? "" }
    message = oneLine(text(PQerrorMessage(handle)))
    host = text(PQhost(handle))
    port = text(PQport(handle))
    database = text(PQdb(handle))
    user = text(PQuser(handle))
  }

  /// Where the server should be: `127.0.0.1:5432`, or a socket.
  var place: String { serverPlace(host: host, port: port) }

  private func has(_ words: String...) -> Bool { words.contains { message.contains($0) } }

  private var sqlState: String? {
    message.firstMatch(of: #/: ([0-9][0-9A-Z]{4}): /#).map { String($0.1) }
  }

  var error: DriverError {
    func made(_ code: DriverError.Code, _ text: String, _ remedy: String, retrySafe: Bool = false) -> DriverError {
      DriverError(code, phase: .connect, text, remedy: remedy, sqlState: sqlState, isRetrySafe: retrySafe)
    }
    switch sqlState {
    case "28P01":
      return made(.authentication, "PostgreSQL at \(place) refuses the password of user \(user)", passwordRemedy)
    case "28000" where has("no pg_hba.conf entry", "pg_hba.conf rejects"):
      return made(
        .authentication,
        "PostgreSQL at \(place) admits no connection of user \(user) to database \(database) from here",
        "add a line to the server's pg_hba.conf, or try another sslmode")
    case "28000":
      return made(
        .authentication, "PostgreSQL at \(place) does not let user \(user) in",
        "check the user's name and right to log in")
    case "3D000":
      return made(
        .noSuchObject, "there is no database \(database) on PostgreSQL at \(place)",
        "create it, or check the name in the target")
    case "42501":
      return made(
        .permission, "user \(user) may not connect to database \(database) at \(place)",
        "GRANT CONNECT ON DATABASE to the user")
    case "53300":
      return made(.connection, "PostgreSQL at \(place) has too many connections", "try again later", retrySafe: true)
    case "57P03":
      return made(
        .connection, "PostgreSQL at \(place) is starting up or shutting down", "try again in a moment", retrySafe: true)
    case let state?:
      return made(
        .connection, "PostgreSQL at \(place) refuses the connection [\(state)]", "check the target's settings")
    case nil: break
    }
    if has("no password supplied") {
      return made(.authentication, "PostgreSQL at \(place) asks for a password of user \(user)", passwordRemedy)
    }
    if has("could not translate host name") {
      return made(.connection, "the host \(host) is not known", "check the host name in the target")
    }
    if has("SSL", "certificate", "GSSAPI") {
      let why =
        has("server does not support SSL")
        ? "the server does not offer TLS, which sslmode asks for"
        : has("certificate verify failed", "root certificate file")
          ? "the server's certificate is not trusted"
          : has("does not match host name")
            ? "the server's certificate is for another host name"
            : "the TLS handshake failed"
      return made(
        .connection, "no secure connection to PostgreSQL at \(place): \(why)", "check sslmode and sslrootcert")
    }
    if has("service file", "definition of service") {
      return made(
        .badTarget, "the service named in the target is not defined", "check ~/.pg_service.conf and PGSERVICE")
    }
    if has("session is read-only", "session is not read-only", "hot standby") {
      return made(.connection, "no server of the target fits its target_session_attrs", "check the hosts in the target")
    }
    if has("invalid ", "could not match", "must be") && !has("connection to server") {
      return made(
        .badTarget, "a setting of the target has an impossible value", "check port, sslmode and the other settings")
    }
    return made(
      .connection, "no PostgreSQL server answers at \(place)", "start it, or check host and port", retrySafe: false)
  }

  private var passwordRemedy: String { "set PGPASSWORD, or write the password to ~/.pgpass" }

  /// The error of a server that has not answered in time.
  func timeout(after limit: Duration) -> DriverError {
    DriverError(
      .connection, phase: .connect, "PostgreSQL at \(place) has not answered within \(limit.words)",
      remedy: "check host, port and firewall, or raise connect_timeout")
  }
}

/// A server's address for messages.
func serverPlace(host: String, port: String) -> String {
  if host.hasPrefix("/") || host.hasPrefix("@") { return "\(host)/.s.PGSQL.\(port)" }
  let name = host.isEmpty ? "the local socket" : host.contains(":") ? "[\(host)]" : host
  return port.isEmpty ? name : "\(name):\(port)"
}
