import Foundation

/// The user that a server runs as: this process's, or another where this process is root, as which servers refuse to
/// run.
public struct Account: Sendable {
  /// The command that a program is started by; empty where this process's own user does.
  public let prefix: [String]
  private let owner: (user: uid_t, group: gid_t)?

  /// - Parameter names: who is asked for first where this process is root.
  public static func plain(_ names: [String]) throws(PrivateServerError) -> Account {
    guard geteuid() == 0 else { return Account(prefix: [], owner: nil) }
    for name in names + ["nobody"] {
      guard let entry = getpwnam(name)?.pointee else { continue }
      let owner = (user: entry.pw_uid, group: entry.pw_gid)
      if let setpriv = Programs.find("setpriv") {
        let prefix = [setpriv, "--reuid=\(owner.user)", "--regid=\(owner.group)", "--clear-groups", "--"]
        return Account(prefix: prefix, owner: owner)
      }
      if let su = Programs.find("su") {
        let prefix = [su, "-s", "/bin/sh", name, "-c", #"exec "$0" "$@""#, "--"]
        return Account(prefix: prefix, owner: owner)
      }
    }
    let users = (names + ["nobody"]).joined(separator: " or ")
    throw PrivateServerError("this is root, and there is no user \(users) with setpriv or su to run as")
  }

  /// Makes a file or folder of ours the server's.
  public func own(_ path: String) {
    if let owner { chown(path, owner.user, owner.group) }
  }
}
