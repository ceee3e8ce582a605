internal import SQLRendering
internal import SessionPlan
internal import WarehouseDriver

/// What a kit has made and opened: nothing else is ever removed.
///
/// The DROPs here are the one exception to a tool that only inserts. They are calls of the driver outside any
/// transaction and outside the plan language, which has no such node, and only for names that the kit itself made.
actor KitObjects {
  private struct Made: Hashable {
    var name: ObjectName
    var isView: Bool
  }

  private let kit: ConformanceKit
  /// In the order in which they are made.
  private var made: [Made] = []
  private var jobs = 0
  private var tables = 0
  private var connections: [any Connection] = []

  init(_ kit: ConformanceKit) {
    self.kit = kit
  }

  // MARK: Connections

  func connect(
    lockTimeout: Duration = .seconds(30), observer: (@Sendable (StatementEvent) -> Void)? = nil
  ) async throws -> any Connection {
    var options = ConnectionOptions(
      mayCreate: true, lockTimeout: lockTimeout, statementTimeout: kit.options.statementTimeout)
    let first = kit.options.observer
    if first != nil || observer != nil {
      options.observer = { event in
        first?(event)
        observer?(event)
      }
    }
    let connection = try await kit.backend.connect(to: kit.target, options: options)
    connections.append(connection)
    return connection
  }

  func closeAll() async {
    let open = connections
    connections = []
    for connection in open { await connection.close() }
  }

  // MARK: Names

  /// Names for the tables and views of a job, which are noted before they are made.
  ///
  /// - Parameters:
  ///   - suffix: put after the kit's own part of the names
  ///   - old: names whose objects have been dropped, to be used again; nil makes new ones
  /// - Throws: `KitError` where an object of such a name is there already
  func claimJob(
    on connection: any Connection, suffix: String = "", again old: ObjectNames? = nil
  ) async throws -> ObjectNames {
    if old == nil { jobs += 1 }
    let names =
      old ?? ObjectNames(prefix: Self.jobPrefix(kit.prefix, jobs) + suffix, schema: kit.options.schema)
    for object in [ObjectNames.Object.sessionRuns, .pageviews] { try await requireAbsence(names[object], connection) }
    made += ObjectNames.Object.tables.map { Made(name: names[$0], isView: false) }
    made += ObjectNames.Object.views.map { Made(name: names[$0], isView: true) }
    return names
  }

  /// The same for a table.
  func claimTable(_ what: String, on connection: any Connection) async throws -> ObjectName {
    tables += 1
    let name = Self.tableName(kit.prefix, tables, kit.options.schema)
    return try await claimTable(named: name.sibling(name.last + what), on: connection)
  }

  func claimTable(named name: ObjectName, on connection: any Connection) async throws -> ObjectName {
    try await requireAbsence(name, connection)
    made.append(Made(name: name, isView: false))
    return name
  }

  private func requireAbsence(_ name: ObjectName, _ connection: any Connection) async throws {
    guard try await connection.describe(name) == nil else {
      throw KitError(message: "there is an object \(name) already, which the kit leaves alone; run it again")
    }
  }

  static func jobPrefix(_ prefix: String, _ number: Int) -> String { "\(prefix)_\(number)_" }

  private static func tableName(_ prefix: String, _ number: Int, _ schema: ObjectName?) -> ObjectName {
    ObjectName(parts: (schema?.parts ?? []) + ["\(prefix)_t\(number)_"])
  }

  // MARK: Removing

  /// Removes what was made since, newest first.
  ///
  /// - Parameter names: the objects of these names only; nil is all
  func drop(_ names: Set<ObjectName>? = nil, _ connection: any Connection) async throws {
    for object in made.reversed() where names?.contains(object.name) ?? true {
      try await drop(object, connection)
      made.removeAll { $0 == object }
    }
  }

  private func drop(_ object: Made, _ connection: any Connection) async throws {
    // It may have been noted and not made, or another database is behind each connection.
    try await WorkPhase.$current.withValue(.cleanUp) {
      try await connection.remove(object.name, isView: object.isView)
    }
  }

  /// Closes every connection, so that none holds a lock, and removes all on a new one.
  ///
  /// - Returns: the names of what is still there
  func removeEverything() async -> [String] {
    await closeAll()
    guard !made.isEmpty else { return [] }
    if let connection = try? await connect() {
      for object in made.reversed() {
        if (try? await drop(object, connection)) != nil { made.removeAll { $0 == object } }
      }
    }
    await closeAll()
    return made.map(\.name.description)
  }

  /// Removes what a kit of that prefix may have left, by the names that it can have made.
  func dropAll(of prefix: String, _ connection: any Connection) async throws -> [ObjectName] {
    var removed: [ObjectName] = []
    for name in candidates(prefix) {
      guard let found = try await connection.describe(name) else { continue }
      try await drop(Made(name: name, isView: found.kind == .view), connection)
      removed.append(name)
    }
    return removed
  }

  /// Whatever a kit of that prefix can have made, views first.
  private func candidates(_ prefix: String) -> [ObjectName] {
    var names: [ObjectName] = []
    for number in 1...KitObjects.mostJobs {
      for suffix in ["", NameChecks.oddSuffix] {
        let job = ObjectNames(prefix: Self.jobPrefix(prefix, number) + suffix, schema: kit.options.schema)
        names += (ObjectNames.Object.views.reversed() + ObjectNames.Object.tables).map { job[$0] }
        if suffix.isEmpty { names.append(KitEngine.source(job)) }
      }
    }
    for number in 1...KitObjects.mostTables {
      let name = Self.tableName(prefix, number, kit.options.schema)
      names += KitTable.allCases.map { name.sibling(name.last + $0.rawValue) }
    }
    return names + NameChecks.longNames(prefix, kit.options.schema, kit.dialect.identifiers.longest)
  }

  private static let mostJobs = 60
  private static let mostTables = 12
}

/// The plain tables that checks make.
enum KitTable: String, CaseIterable {
  case values, wide, many, probe
}
