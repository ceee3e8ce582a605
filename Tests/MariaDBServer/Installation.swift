import Foundation
import PrivateServer

/// The MariaDB server of this machine, and the user that it can run as.
struct Installation: Sendable {
  let mariadbd: String
  let installDB: String
  let client: String
  /// Makes SQL of the system's zones.
  let zones: String?
  let account: Account

  /// Found once, or the reason why there is none.
  static let found: Result<Installation, PrivateServerError> = Result { () throws(PrivateServerError) in
    guard let mariadbd = find("mariadbd"), let installDB = find("mariadb-install-db"), let client = find("mariadb")
    else {
      throw PrivateServerError(
        "there is no mariadbd, mariadb-install-db and mariadb: run scripts/prepare.sh test, or put them on the PATH")
    }
    return Installation(
      mariadbd: mariadbd, installDB: installDB, client: client, zones: find("mariadb-tzinfo-to-sql"),
      account: try .plain(["mysql"]))
  }

  private static func find(_ program: String) -> String? {
    let kegs = ["/opt/homebrew/opt", "/usr/local/opt"].flatMap { root in
      Programs.versions(in: root, prefix: "mariadb").map { "\(root)/\($0)/bin" }
    }
    return Programs.find(program, in: ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"] + kegs)
  }
}
