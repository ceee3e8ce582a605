internal import CADBC
internal import Foundation
internal import WarehouseDriver

/// A loaded ADBC driver: the functions of a shared library, for as long as the process lives.
///
/// Drivers keep threads and runtimes of their own (those in Go cannot be unloaded), so none is ever closed.
final class DriverLibrary: Sendable {
  /// Filled by the driver's entry point, before anybody else has the object, and never changed or freed afterwards: a
  /// pointer is not Sendable, and what only is read is safe on any thread.
  nonisolated(unsafe) let functions: UnsafeMutablePointer<AdbcDriver>
  /// Whether the functions of ADBC 1.1 are there.
  let isVersion11: Bool
  /// The file, or the name that the loader found it by.
  let path: String

  /// Loads a library and starts the driver in it.
  ///
  /// - Parameters:
  ///   - path: as the loader takes it: with a slash a file, else a name that it looks for
  ///   - entryPoint: nil tries those that ADBC's driver manager would
  init(path: String, entryPoint: String?) throws(LoadingFailure) {
    self.path = path
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw LoadingFailure(.loading, String(cString: dlerror()))
    }
    let names = entryPoint.map { [$0] } ?? Self.entryPoints(of: path)
    guard let found = names.lazy.compactMap({ dlsym(library, $0) }).first else {
      dlclose(library)
      throw LoadingFailure(
        .entryPoint,
        entryPoint == nil
          ? "it has none of the entry points \(names.joined(separator: ", ")), so it is no ADBC driver"
          : "it has no entry point of the name that was given")
    }
    typealias Start = @convention(c) (Int32, UnsafeMutableRawPointer?, UnsafeMutablePointer<AdbcError>?) -> UInt8
    let start = unsafeBitCast(found, to: Start.self)
    let functions = UnsafeMutablePointer<AdbcDriver>.allocate(capacity: 1)
    func begin(_ version: Int32) -> (UInt8, String) {
      // The driver fills what it has; the rest stays empty.
      memset(functions, 0, MemoryLayout<AdbcDriver>.size)
      var error = AdbcError()
      let status = start(version, functions, &error)
      defer { error.release?(&error) }
      return (status, error.message.map { String(cString: $0) } ?? "status \(status)")
    }
    var (status, message) = begin(ADBC_VERSION_1_1_0)
    var isVersion11 = status == UInt8(ADBC_STATUS_OK)
    if !isVersion11 {
      (status, message) = begin(ADBC_VERSION_1_0_0)
      isVersion11 = false
    }
    self.isVersion11 = isVersion11
    self.functions = functions
    guard status == UInt8(ADBC_STATUS_OK) else {
      functions.deallocate()
      throw LoadingFailure(.starting, "it does not start for ADBC 1.1 or 1.0: \(message)")
    }
    guard functions.pointee.isComplete else {
      throw LoadingFailure(.starting, "it lacks functions that ADBC 1.0 asks for, so it is no ADBC driver")
    }
  }

  /// Why a library is no driver.
  struct LoadingFailure: Error {
    enum Step { case loading, entryPoint, starting }
    var step: Step
    var words: String

    init(_ step: Step, _ words: String) {
      self.step = step
      self.words = words
    }
  }

  /// `libadbc_driver_postgresql.so` begins with `AdbcDriverPostgresqlInit`, by the rule of ADBC's driver manager; any may
  /// with `AdbcDriverInit`.
  static func entryPoints(of path: String) -> [String] {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    name = String(name.prefix { $0 != "." })
    if name.hasPrefix("lib") { name.removeFirst(3) }
    let words = name.split { $0 == "_" || $0 == "-" }.map { $0.prefix(1).uppercased() + $0.dropFirst() }
    var names: [String] = []
    if !words.isEmpty {
      let joined = words.joined()
      names.append((joined.hasPrefix("AdbcDriver") ? joined : "AdbcDriver" + joined) + "Init")
    }
    return names + ["AdbcDriverInit"]
  }
}

extension AdbcDriver {
  /// Whether the functions are there that a connection cannot do without.
  fileprivate var isComplete: Bool {
    DatabaseNew != nil && DatabaseSetOption != nil && DatabaseInit != nil && DatabaseRelease != nil
      && ConnectionNew != nil && ConnectionInit != nil && ConnectionRelease != nil && StatementNew != nil
      && StatementSetSqlQuery != nil && StatementExecuteQuery != nil && StatementRelease != nil
  }
}
