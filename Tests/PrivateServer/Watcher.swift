import Foundation

/// A shell that waits for the end of this process, however it ends, then ends the server and removes its folder.
///
/// It holds the other end of a pipe of ours, which the system closes with the last breath of this process.
public final class Watcher: Sendable {
  private let pipe = Process.exclusively { Pipe() }

  private static let script = #"""
    trap '' INT TERM HUP
    while read -r line; do :; done
    # A server, or what makes its data, that was just being started may still make files: until the folder stays away.
    away=0
    tries=0
    while [ "$away" -lt 5 ] && [ "$tries" -lt 300 ]; do
      tries=$((tries + 1))
      if [ -e "$1" ]; then
        away=0
        pid=$(head -n 1 "$1/$2" 2>/dev/null)
        if [ -n "$pid" ]; then
          # If it does not hear, harder.
          if [ "$tries" -lt 100 ]; then kill -"$3" "$pid" 2>/dev/null; else kill -KILL "$pid" 2>/dev/null; fi
          if kill -0 "$pid" 2>/dev/null; then sleep 0.1; continue; fi
        fi
        rm -rf "$1" 2>/dev/null
      else
        away=$((away + 1))
      fi
      sleep 0.1
    done
    """#

  /// Watches over a server's folder.
  /// - Parameters:
  ///   - pidFile: the file in it whose first line is the server's process id
  ///   - signal: what has the server end at once, such as `KILL`
  public init(folder: String, pidFile: String, signal: String) throws {
    let writing = pipe.fileHandleForWriting.fileDescriptor
    // No other child may hold our end of the pipe.
    _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", Self.script, "watcher", folder, pidFile, signal]
    shell.currentDirectoryURL = URL(fileURLWithPath: "/")
    shell.standardInput = pipe.fileHandleForReading
    shell.standardOutput = FileHandle.nullDevice
    shell.standardError = FileHandle.nullDevice
    try shell.start()
    try pipe.fileHandleForReading.close()
  }

  deinit { try? pipe.fileHandleForWriting.close() }
}
