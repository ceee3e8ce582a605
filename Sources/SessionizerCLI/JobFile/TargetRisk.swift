/// What a target of a job file could do that its user may not expect of a file that merely lies in the current folder.
enum TargetRisk {
  /// For people, each as it stands after "it"; nothing of the target itself.
  ///
  /// - Parameter allowed: variables that the user's own configuration lets any job file have
  static func reasons(of text: String, environment: [String: String], allowed: Set<String>) -> [String] {
    guard let template = try? TargetTemplate(text) else { return [] }
    var reasons: [String] = []
    for name in template.variables where !name.hasPrefix(ownPrefix) && !allowed.contains(name) {
      let reason = "gives the variable \(name) to a database"
      if !reasons.contains(reason) { reasons.append(reason) }
    }
    // Of a variable that is not set nothing is known, and it is an error anyway.
    guard let url = try? template.resolved(environment) else { return reasons }
    let scheme = url.lowercased().prefix { $0 != ":" && $0 != "+" }
    let rest = url.drop { $0 != ":" }.dropFirst()
    switch scheme {
    case "odbc":
      if let reason = driverReason(String(rest)) { reasons.append(reason) }
    case "adbc", "duckdb":
      if let reason = libraryReason(String(rest)) { reasons.append(reason) }
    case "postgres", "postgresql":
      let hasPassword = !(environment["PGPASSWORD"] ?? "").isEmpty && !allowed.contains("PGPASSWORD")
      if hasPassword, namesHost(String(rest)) { reasons.append("sends PGPASSWORD to the host that it names") }
    default: break
    }
    return reasons
  }

  /// Variables of this prefix are meant for targets.
  static let ownPrefix = "SESSIONIZER_"

  /// Settings of a connection string that only say where the database is and who asks.
  private static let plainKeys: Set<String> = [
    "dsn", "server", "servername", "host", "hostname", "port", "database", "db", "uid", "user", "username", "pwd",
    "password", "sslmode", "charset", "schema", "warehouse", "role", "account",
  ]

  /// A driver is a library, which does what it likes; some settings name libraries, files or statements.
  private static func driverReason(_ string: String) -> String? {
    for part in string.split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingPrefix(while: \.isWhitespace) }
      guard let key = pair.first.map({ $0.lowercased().filter { !$0.isWhitespace } }) else { continue }
      if key == "driver" {
        if pair.count < 2 || pair[1].contains("/") { return "loads a driver by its path" }
      } else if !plainKeys.contains(key) {
        return "gives a driver settings that may name libraries, files or statements"
      }
    }
    return nil
  }

  /// The same for a target of ADBC, whose options stand after a question mark, or between semicolons.
  private static func libraryReason(_ rest: String) -> String? {
    let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    let isList = !word.isEmpty && rest[word.endIndex...].first == "="
    let options =
      isList
      ? rest.split(separator: ";")
      : rest.contains("://") ? [] : rest.split(separator: "?").dropFirst().flatMap { $0.split(separator: "&") }
    for option in options {
      let pair = option.split(separator: "=", maxSplits: 1).map { $0.trimmingPrefix(while: \.isWhitespace) }
      guard let name = pair.first?.lowercased() else { continue }
      if name == "driver" || name == "entrypoint" {
        if name == "entrypoint" || pair.count < 2 || pair[1].contains("/") || pair[1].hasSuffix(".toml") {
          return "loads a driver by its path"
        }
      } else if !plainKeys.contains(name), !plainOptions.contains(name) {
        return "gives a driver settings that may name libraries, files or statements"
      }
    }
    return nil
  }

  /// Options of ADBC's databases that name neither libraries nor statements.
  private static let plainOptions: Set<String> = ["uri", "path", "threads", "memory_limit", "access_mode"]

  private static func namesHost(_ rest: String) -> Bool {
    guard rest.hasPrefix("//") else { return rest.contains("host") || rest.contains("service") }
    let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    return !host.isEmpty || rest.contains("host")
  }
}
