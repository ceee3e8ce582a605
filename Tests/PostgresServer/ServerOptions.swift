extension PostgresServer {
  /// What a server is made with. Servers of equal options can be shared.
  public struct Options: Hashable, Sendable {
    /// The cluster's locale. `C.UTF-8` by default, which is everywhere.
    public var locale: String
    /// Lines of `postgresql.conf`, over the defaults: `["timezone": "Asia/Kathmandu"]`.
    public var settings: [String: String]
    /// `trust` (the default) or `scram-sha-256`, where the superuser's password is `PostgresServer.password`.
    public var authentication: String
    /// An ICU locale, such as `en-US`, as the provider of the cluster's collation. PostgreSQL 15 and later.
    public var icuLocale: String?

    public init(
      locale: String = "C.UTF-8", settings: [String: String] = [:], authentication: String = "trust",
      icuLocale: String? = nil
    ) {
      self.locale = locale
      self.settings = settings
      self.authentication = authentication
      self.icuLocale = icuLocale
    }

    /// What makes a server fast that nobody needs after the tests, and one that survives `kill()`: a killed process
    /// loses nothing that it has written, whatever fsync says. Only a machine that loses its power does.
    private static let defaults = [
      "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "50",
      "shared_buffers": "128MB", "autovacuum": "on", "listen_addresses": "127.0.0.1", "lc_messages": "C",
    ]

    /// The text of `postgresql.conf`'s end.
    func configuration(port: Int, folder: String) -> String {
      var values = Self.defaults.merging(settings) { $1 }
      values["port"] = String(port)
      values["unix_socket_directories"] = ""
      return values.sorted { $0.key < $1.key }
        .map { "\($0.key) = '\($0.value.replacing("'", with: "''"))'\n" }.joined()
    }
  }
}
