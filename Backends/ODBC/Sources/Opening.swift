internal import CODBC
internal import ConnectionCore
internal import SQLRendering
internal import WarehouseDriver

/// How a connection comes about: from a target, by way of the driver, to a dialect.
struct Opening {
  private let string: ConnectionString
  private let named: Dialect?
  private let dialects: any DialectFinder
  private let options: ConnectionOptions

  init(_ target: Target, dialects: any DialectFinder, options: ConnectionOptions) throws {
    string = try ConnectionString(target.rest)
    self.dialects = dialects
    self.options = options
    guard let variant = target.variant else {
      named = nil
      return
    }
    guard let found = try dialects.knownDialect(variant) else {
      throw DriverError(
        .badTarget, phase: .connect, "there is no dialect of the target's name after odbc+",
        remedy: "use one of \(dialects.dialectNames.joined(separator: ", ")), or write a file for it")
    }
    named = found
  }

  func connect() async throws -> ODBCConnection {
    let choice = Choice(string: string, dialects: dialects, named: named, options: options)
    // The one call that ODBC allows while another is running.
    let watch = StatementWatch { _ = SQLCancel(SQLHANDLE(bitPattern: $0)) }
    let connection = try await offThread { [options] in
      let wire = try choice.open(watch)
      return ODBCConnection(wire, wire.engine, watch: watch, options: options)
    }
    do {
      try await connection.prepare()
    } catch {
      await connection.close()
      throw error
    }
    return connection
  }
}

/// Connects, asks the driver who it is, and connects again where the dialect has attributes for that driver that the
/// connection string leaves out.
struct Choice: Sendable {
  let string: ConnectionString
  let dialects: any DialectFinder
  let named: Dialect?
  let options: ConnectionOptions

  func open(_ watch: StatementWatch) throws -> ODBCWire {
    var complete = string
    if let named, let file = string.driverFile { complete = completed(string, named, driver: file) }
    func link(_ string: ConnectionString, _ dialect: Dialect?) throws -> ODBCLink {
      try ODBCLink(string, watch: watch, reporter: reporter(dialect), onSend: options.onSend)
    }
    var opened = try link(complete, named)
    let engine = try identify(opened)
    let wanted = completed(complete, engine.dialect, driver: engine.driver)
    if wanted.text != complete.text { opened = try link(wanted, engine.dialect) }
    opened.reporter = reporter(engine.dialect)
    opened.reporter.place = place(opened, engine)
    if engine.dialect.odbc.cancelsIdleStatement { try opened.cancelsIdleStatement() }
    return ODBCWire(opened, engine)
  }

  private func completed(_ string: ConnectionString, _ dialect: Dialect, driver: String) -> ConnectionString {
    let beginning = driver.lowercased()
    let matching = dialect.odbc.attributes.filter { beginning.hasPrefix($0.key.lowercased()) }
      .sorted { $0.key < $1.key }.flatMap(\.value)
    let wait = String(max(options.lockTimeout.milliseconds, 1))
    return string.adding(
      matching.map {
        $0.replacing("{lock_milliseconds}", with: wait).replacing("{no_create}", with: options.mayCreate ? "0" : "1")
      })
  }

  private func reporter(_ dialect: Dialect?) -> Reporter {
    let source = string["DSN"].map { "the data source \($0)" }
    let server = (string["Server"] ?? string["Servername"] ?? string["Host"] ?? string["Database"])
    let place = source ?? server.map { "the database at \($0)" } ?? "the database"
    return Reporter(
      place: place, secrets: string.secrets, errors: dialect?.session.errors ?? [:],
      lockTimeout: options.lockTimeout, statementTimeout: options.statementTimeout,
      driverPath: string["Driver"])
  }

  private func place(_ link: ODBCLink, _ engine: Engine) -> String {
    let server = link.information(SQL_SERVER_NAME)
    return server.isEmpty ? engine.product : "\(engine.product) at \(server)"
  }

  private func identify(_ link: ODBCLink) throws -> Engine {
    let product = link.information(SQL_DBMS_NAME)
    let driver = link.information(SQL_DRIVER_NAME)
    func engine(_ dialect: Dialect, _ reason: String) -> Engine {
      Engine(
        dialect: dialect, reason: reason, product: product.isEmpty ? dialect.title : product,
        productVersion: link.information(SQL_DBMS_VER), driver: driver,
        driverVersion: link.information(SQL_DRIVER_VER))
    }
    if let named { return engine(named, "the target names it") }
    guard let found = try dialects.dialect(forProduct: product) else {
      throw DriverError(
        .unsupported, phase: .connect,
        "the driver\(driver.isEmpty ? "" : " \(driver)") says that the database is \(product.isEmpty ? "something without a name" : product), for which there is no dialect",
        remedy: "name one of \(dialects.dialectNames.joined(separator: ", ")) as in odbc+NAME:…, or write a file for it"
      )
    }
    let reason = "the driver \(driver) says that the database is \(product)"
    options.notice?("dialect \(found.name): \(reason)")
    return engine(found, reason)
  }
}
