internal import CADBC
internal import ConnectionCore
internal import Foundation
internal import SQLRendering
internal import Synchronization
internal import WarehouseDriver

/// How a connection comes about: from a target, by way of a driver, to a dialect.
struct ADBCOpening: Sendable {
  let target: ADBCTarget
  let named: Dialect?
  let dialects: any DialectFinder
  let search: DriverSearch
  let options: ConnectionOptions

  func open() throws -> ADBCConnection {
    let library = try search.driver(try drivers(), entryPoint: target.entryPoint ?? namedEntryPoint)
    let watch = StatementWatch { address in
      guard let statement = UnsafeMutablePointer<AdbcStatement>(bitPattern: address), library.isVersion11 else {
        return
      }
      var error = AdbcError()
      _ = library.functions.pointee.StatementCancel?(statement, &error)
      error.release?(&error)
    }
    let file = try file()
    let link = try connected(library, watch, file)
    let engine = try identify(link)
    link.reporter = reporter(engine.dialect, file: file)
    // The session's own statements may find a lock, too.
    if engine.dialect.adbc.retriesLocked { link.lockWait = options.lockTimeout }
    let wire = ADBCWire(link, engine, databaseName: file ?? Self.nameInMemory())
    return ADBCConnection(wire, engine, watch: watch, options: options)
  }

  /// A name that no other database of this process has.
  private static func nameInMemory() -> String {
    "memory \(memories.wrappingAdd(1, ordering: .relaxed).newValue)"
  }

  private static let memories = Atomic(0)

  // MARK: Driver

  private func drivers() throws(DriverError) -> [String] {
    if let driver = target.driver { return [driver] }
    guard let named, !named.adbc.drivers.isEmpty else {
      throw DriverError(
        .badTarget, phase: .connect,
        named.map { "dialect \($0.name) names no ADBC driver (adbc.drivers)" } ?? "the target names no driver",
        remedy: "write driver=PATH or driver=NAME in the target")
    }
    return named.adbc.drivers
  }

  /// A library that the target names may have another entry point than the dialect's drivers.
  private var namedEntryPoint: String? { named?.adbc.entryPoint }

  // MARK: Database

  /// The path of the database's file; nil where it is none.
  private func file() throws(DriverError) -> String? {
    guard let named, named.adbc.isFile else { return nil }
    let location =
      target.location ?? target.options.last { $0.name == named.adbc.locationOption }?.value ?? ""
    guard !location.isEmpty, location != ":memory:" else { return nil }
    let isThere = FileManager.default.fileExists(atPath: location)
    if !isThere, !options.mayCreate {
      throw DriverError(
        .noSuchObject, phase: .connect, "there is no database \(location)",
        remedy: "run `sessionizer create` or `sessionizer load`, or check the path")
    }
    let folder = (location as NSString).deletingLastPathComponent
    if !isThere, !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
      throw DriverError(
        .connection, phase: .connect, "there is no folder \(folder)", remedy: "make it, or check the path")
    }
    var kind: ObjCBool = false
    if isThere, FileManager.default.fileExists(atPath: location, isDirectory: &kind), kind.boolValue {
      throw DriverError(.notADatabase, phase: .connect, "\(location) is a folder", remedy: "name a file in it")
    }
    return URL(fileURLWithPath: location).standardizedFileURL.resolvingSymlinksInPath().path
  }

  private func databaseOptions(_ file: String?) -> [(name: String, value: String)] {
    var result: [(name: String, value: String)] = []
    func add(_ pairs: [String]) {
      for pair in pairs {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard parts.count == 2, !target.options.contains(where: { $0.name == name }) else { continue }
        result.append((name, String(parts[1])))
      }
    }
    if let location = target.location {
      let name = named?.adbc.locationOption ?? ADBC_OPTION_URI
      if let file { result.append((name, file)) } else if !location.isEmpty { result.append((name, location)) }
    }
    add(named?.adbc.databaseOptions ?? [])
    if isReadOnly(file) { add(named?.adbc.readingOptions ?? []) }
    return result + target.options
  }

  /// Whether the file is opened so that other processes can read it, too.
  private func isReadOnly(_ file: String?) -> Bool {
    options.readOnly && file != nil && !(named?.adbc.readingOptions ?? []).isEmpty
  }

  private func connected(
    _ library: DriverLibrary, _ watch: StatementWatch, _ file: String?
  ) throws(DriverError) -> ADBCLink {
    let reporter = reporter(named, file: file)
    let use = try ADBCDatabase.use(
      library, file: file.map { ADBCDatabase.File(path: $0, library: library.path) }, isReadOnly: isReadOnly(file),
      options: databaseOptions(file), reporter)
    return try ADBCLink(use, watch: watch, reporter: reporter, onSend: options.onSend)
  }

  private var isOneProcess: Bool { named?.session.jobLock == .process }

  /// How long connecting is tried again while another process holds the database: what waits for a job's lock waits here,
  /// where a process is the lock.
  var patience: Duration { isOneProcess ? max(options.lockTimeout, options.jobWait) : options.lockTimeout }

  /// The error of a database that was held all that time.
  func outOfPatience(_ error: DriverError) -> DriverError {
    var failure = error
    // Who has the file may be a run, and keeps one off in any case.
    if isOneProcess { failure.code = .jobLocked }
    failure.isRetrySafe = true
    return failure
  }

  private func reporter(_ dialect: Dialect?, file: String?) -> Reporter {
    let what = dialect?.product ?? "the database"
    let uri = target.location ?? target.options.last { $0.name == ADBC_OPTION_URI }?.value
    let place = file ?? uri.flatMap(ADBCTarget.host)
    return Reporter(
      place: place.map { "\(what) at \($0)" } ?? what, secrets: target.secrets, errors: dialect?.session.errors ?? [:],
      lockTimeout: options.lockTimeout, statementTimeout: options.statementTimeout, driverPath: target.driver)
  }

  // MARK: Dialect

  private func identify(_ link: ADBCLink) throws -> Engine {
    let facts = DriverInfo(link)
    func engine(_ dialect: Dialect, _ reason: String) -> Engine {
      Engine(
        dialect: dialect, reason: reason, product: facts.vendor.isEmpty ? dialect.product : facts.vendor,
        productVersion: facts.vendorVersion, driver: facts.driver, driverVersion: facts.driverVersion)
    }
    if let named { return engine(named, "the target names it") }
    guard !facts.vendor.isEmpty, let found = try dialects.dialect(forProduct: facts.vendor) else {
      throw DriverError(
        .unsupported, phase: .connect,
        "the driver says that the database is \(facts.vendor.isEmpty ? "something without a name" : facts.vendor), for which there is no dialect",
        remedy: "name one of \(dialects.dialectNames.joined(separator: ", ")) as in adbc+NAME:…, or write a file for it"
      )
    }
    let reason = "the driver \(facts.driver) says that the database is \(facts.vendor)"
    options.notice?("dialect \(found.name): \(reason)")
    return engine(found, reason)
  }
}

extension Dialect {
  /// The title without its version.
  fileprivate var product: String { title.split(separator: " ").first.map(String.init) ?? title }
}

/// What a driver says of itself and of its database; empty where it says nothing.
struct DriverInfo {
  private(set) var vendor = ""
  private(set) var vendorVersion = ""
  private(set) var driver = ""
  private(set) var driverVersion = ""

  init(_ link: ADBCLink) {
    guard let function = link.functions.ConnectionGetInfo else { return }
    var stream = ArrowArrayStream()
    var error = AdbcError()
    let status = function(link.connection, nil, 0, &stream, &error)
    error.release?(&error)
    guard status == UInt8(ADBC_STATUS_OK), stream.release != nil else { return }
    defer { stream.release?(&stream) }
    while true {
      var array = ArrowArray()
      guard stream.get_next(&stream, &array) == 0, array.release != nil else { return }
      defer { array.release?(&array) }
      read(array)
    }
  }

  /// Rows of a number and a value; values are a union whose first kind is text.
  private mutating func read(_ array: ArrowArray) {
    guard array.n_children == 2, let names = array.children[0]?.pointee, let values = array.children[1]?.pointee,
      let numbers = names.buffers[1]?.assumingMemoryBound(to: UInt32.self), values.n_buffers == 2,
      let kinds = values.buffers[0]?.assumingMemoryBound(to: Int8.self),
      let places = values.buffers[1]?.assumingMemoryBound(to: Int32.self),
      values.n_children > 0, let texts = values.children[0]?.pointee,
      let offsets = texts.buffers[1]?.assumingMemoryBound(to: Int32.self),
      let bytes = texts.buffers[2]?.assumingMemoryBound(to: UInt8.self)
    else { return }
    for row in 0..<Int(array.length) where kinds[row] == 0 {
      let place = Int(places[row]) + Int(texts.offset)
      let (start, end) = (Int(offsets[place]), Int(offsets[place + 1]))
      let text = String(decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self)
      switch Int32(numbers[row]) {
      case ADBC_INFO_VENDOR_NAME: vendor = text
      case ADBC_INFO_VENDOR_VERSION: vendorVersion = text
      case ADBC_INFO_DRIVER_NAME: driver = text
      case ADBC_INFO_DRIVER_VERSION: driverVersion = text
      default: break
      }
    }
  }
}
