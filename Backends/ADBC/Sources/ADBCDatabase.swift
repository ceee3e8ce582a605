internal import CADBC
internal import ConnectionCore
internal import Synchronization
internal import WarehouseDriver

/// An open database of a driver, released with its last connection.
///
/// A file is opened once in a process, whoever asks: a file lock keeps other processes out, and not a second copy of the
/// engine in this one, which would write over what the first has written.
final class ADBCDatabase: Sendable {
  let library: DriverLibrary
  /// Opened before anybody else has the object, and released under the lock of `open` when nobody has it any more. In
  /// between it is only given to ConnectionInit, which ADBC lets several threads call on one database.
  nonisolated(unsafe) let handle: UnsafeMutablePointer<AdbcDatabase>
  /// Which file it is, and how it was opened; nil where it is none.
  private let file: File?

  struct File: Hashable, Sendable {
    var path: String
    var library: String
  }

  private struct Entry {
    var database: ADBCDatabase
    var isReadOnly: Bool
    var uses: Int
  }

  private static let open = Mutex([File: Entry]())

  /// What a connection holds of a database: it gives it back at its end.
  final class Use {
    let database: ADBCDatabase
    fileprivate init(_ database: ADBCDatabase) { self.database = database }
    deinit { database.giveBack() }
  }

  /// Opens a database, or takes the one that is open.
  ///
  /// - Parameters:
  ///   - file: nil is a database that nobody shares
  ///   - options: of the database, in order
  static func use(
    _ library: DriverLibrary, file: File?, isReadOnly: Bool, options: [(name: String, value: String)],
    _ reporter: Reporter
  ) throws(DriverError) -> Use {
    guard let file else { return Use(try ADBCDatabase(library, file: nil, options, reporter)) }
    let result: Result<ADBCDatabase, DriverError> = open.withLock { open in
      if var entry = open[file] {
        guard isReadOnly || !entry.isReadOnly else {
          return .failure(
            DriverError(
              .locked, phase: .connect, "\(reporter.place) is open for reading in this process",
              remedy: "write when that is done"))
        }
        entry.uses += 1
        open[file] = entry
        return .success(entry.database)
      }
      do throws(DriverError) {
        let database = try ADBCDatabase(library, file: file, options, reporter)
        open[file] = Entry(database: database, isReadOnly: isReadOnly, uses: 1)
        return .success(database)
      } catch {
        return .failure(error)
      }
    }
    return Use(try result.get())
  }

  private init(
    _ library: DriverLibrary, file: File?, _ options: [(name: String, value: String)], _ reporter: Reporter
  ) throws(DriverError) {
    self.library = library
    self.file = file
    handle = .allocate(capacity: 1)
    handle.initialize(to: AdbcDatabase())
    let handle = handle
    let functions = library.functions.pointee
    var isNew = false
    do throws(DriverError) {
      try library.call(reporter) { functions.DatabaseNew(handle, $0) }
      isNew = true
      for option in options {
        do throws(DriverError) {
          try library.call(reporter) { functions.DatabaseSetOption(handle, option.name, option.value, $0) }
        } catch {
          var failure = error
          failure.message = "the driver does not take the option \(option.name): \(failure.message)"
          failure.remedy = "check the target's options"
          throw failure
        }
      }
      try library.call(reporter) { functions.DatabaseInit(handle, $0) }
    } catch {
      if isNew { Self.release(library, handle) }
      handle.deallocate()
      throw error
    }
  }

  private static func release(_ library: DriverLibrary, _ handle: UnsafeMutablePointer<AdbcDatabase>) {
    var error = AdbcError()
    _ = library.functions.pointee.DatabaseRelease(handle, &error)
    error.release?(&error)
  }

  /// The last one closes it, before anybody can open it again.
  private func giveBack() {
    guard let file else { return close() }
    Self.open.withLock { open in
      guard var entry = open[file] else { return }
      entry.uses -= 1
      open[file] = entry.uses == 0 ? nil : entry
      if entry.uses == 0 { close() }
    }
  }

  private func close() {
    Self.release(library, handle)
    handle.deallocate()
  }
}

extension DriverLibrary {
  /// A call on the way to a connection.
  func call(_ reporter: Reporter, _ body: (UnsafeMutablePointer<AdbcError>) -> UInt8) throws(DriverError) {
    var error = AdbcError()
    error.vendor_code = Int32.min
    let status = body(&error)
    guard status != UInt8(ADBC_STATUS_OK) else { return }
    throw reporter.connectRefused(CallError(status, &error, self).records)
  }
}
