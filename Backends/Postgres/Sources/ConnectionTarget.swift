internal import CPostgres
internal import Foundation
internal import WarehouseDriver

/// What libpq is told about where to connect. May hold a password, so it is never printed.
struct ConnectionTarget: Sendable {
  /// A URL or a list of keywords, as libpq reads them; may be empty.
  private let text: String

  /// - Throws: `DriverError` (`badTarget`) that shows nothing of the target but names of settings.
  init(_ target: Target) throws(DriverError) {
    if target.variant != nil {
      throw DriverError(
        .badTarget, phase: .connect, "a PostgreSQL target has nothing after a plus sign",
        remedy: "write postgres://HOST/DATABASE")
    }
    // libpq takes both schemes, in lower case.
    text = target.rest.hasPrefix("//") ? "postgresql:" + target.rest : target.rest
    if text.utf8.contains(0) {
      throw DriverError(.badTarget, phase: .connect, "the target contains a NUL character")
    }
    try Self.refuseStrayAt(text)
    var problem: UnsafeMutablePointer<CChar>?
    guard let settings = PQconninfoParse(text, &problem) else {
      let message = problem.map { String(cString: $0) } ?? ""
      PQfreemem(problem)
      throw DriverError(
        .badTarget, phase: .connect, "the PostgreSQL target cannot be read (\(Self.withoutValues(message)))",
        remedy: "write postgres://USER@HOST:PORT/DATABASE, or postgres:host=… dbname=…; "
          + "percent-encode special characters of a password")
    }
    PQconninfoFree(settings)
  }

  /// libpq's message with only the names of settings left in it: what it quotes may be a part of a password.
  private static func withoutValues(_ message: String) -> String {
    let line = oneLine(message)
    if ["invalid connection option \"", "invalid URI query parameter: \""].contains(where: line.hasPrefix) {
      return "it names a setting that there is none of"
    }
    return withoutQuoted(line)
  }

  /// Refuses a URL with an @ where none can be, as it stands there when a password has an @ or a / of its own: libpq
  /// would take a part of the password for the host, or for the database.
  private static func refuseStrayAt(_ text: String) throws(DriverError) {
    guard let start = text.range(of: "://") else { return }
    let rest = text[start.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let path = rest[authority.endIndex...].prefix { $0 != "?" }
    let query = rest[path.endIndex...]
    let ats = authority.count { $0 == "@" }
    // Without a user there may be one in a setting: `?user=me@shop`.
    guard ats > 1 || path.contains("@") || (query.contains("@") && ats == 0 && authority.contains(":")) else { return }
    throw DriverError(
      .badTarget, phase: .connect, "the PostgreSQL URL has an @ too many",
      remedy: "write the special characters of a user or password as %40 (@), %2F (/), %3F (?), %25 (%), or take the "
        + "password from ${VARIABLE} in a job file, PGPASSWORD or ~/.pgpass")
  }

  /// Begins to connect. The caller polls the connection until it stands or has failed.
  func start() -> OpaquePointer? {
    var settings: [(String, String)] = [("fallback_application_name", "sessionizer")]
    // An explicit setting would hide the variable.
    if ProcessInfo.processInfo.environment["PGCONNECT_TIMEOUT"] == nil { settings.append(("connect_timeout", "10")) }
    // A peer that is gone without a word is found within two minutes, whatever is waited for.
    settings += [
      ("keepalives_idle", "60"), ("keepalives_interval", "10"), ("keepalives_count", "6"),
      ("tcp_user_timeout", "120000"),
    ]
    // What is in the text goes before what comes above it, and after what comes below.
    settings.append(("dbname", text))
    settings.append(("client_encoding", "UTF8"))
    return withCStrings(settings.map(\.0)) { names in
      withCStrings(settings.map(\.1)) { values in
        PQconnectStartParams(names.baseAddress, values.baseAddress, 1)
      }
    }
  }
}

/// Calls `body` with C copies of texts, followed by a null pointer.
func withCStrings<Result>(
  _ texts: [String?], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let copies = texts.map { $0.flatMap { strdup($0) } }
  defer { for copy in copies { free(copy) } }
  return (copies.map { $0.map { UnsafePointer($0) } } + [nil]).withUnsafeBufferPointer(body)
}
