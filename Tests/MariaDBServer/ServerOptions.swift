extension MariaDBServer {
  /// What a server is made with. Servers of equal options can be shared.
  public struct Options: Hashable, Sendable {
    /// Settings of `mariadbd`, over the defaults: `["sql-mode": "ANSI"]`.
    public var settings: [String: String]
    /// The zone of the server's system, which is its clients' too. New York's days are not all of 24 hours.
    public var timeZone: String
    /// Whether the server knows zones by name, which takes a second or two.
    public var hasNamedTimeZones: Bool

    public init(
      settings: [String: String] = [:], timeZone: String = "America/New_York", hasNamedTimeZones: Bool = false
    ) {
      self.settings = settings
      self.timeZone = timeZone
      self.hasNamedTimeZones = hasNamedTimeZones
    }

    /// What makes a server fast that nobody needs after the tests, and one that survives `kill()`: each commit is
    /// written, but not brought to the disk, so that only a machine that loses its power loses it.
    ///
    /// The collation is what the server takes for its character set.
    private static let defaults = [
      "character-set-server": "utf8mb4", "bind-address": "127.0.0.1", "skip-name-resolve": "1",
      "innodb-flush-log-at-trx-commit": "2", "innodb-flush-method": "nosync", "innodb-buffer-pool-size": "128M",
      "innodb-log-file-size": "64M", "max-connections": "400", "lc-messages": "en_US",
    ]

    /// The arguments of `mariadbd`.
    func arguments(port: Int, folder: String) -> [String] {
      let own = [
        "datadir": folder + "/data", "tmpdir": folder + "/tmp", "port": String(port), "socket": folder + "/socket",
        "pid-file": folder + "/data/mariadbd.pid",
      ]
      let values = Self.defaults.merging(settings) { $1 }.merging(own) { $1 }
      // First, as it must be: nobody's settings of this machine.
      return ["--no-defaults"] + values.sorted { $0.key < $1.key }.map { "--\($0.key)=\($0.value)" }
    }
  }
}
