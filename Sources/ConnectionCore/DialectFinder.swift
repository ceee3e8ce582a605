public import DialectFiles
public import SQLRendering

/// Where the backend finds its dialects.
public protocol DialectFinder: Sendable {
  /// The names there are, for messages.
  var dialectNames: [String] { get }

  /// The dialect of that name; nil where there is none.
  ///
  /// - Throws: what is wrong with its file
  func knownDialect(_ name: String) throws -> Dialect?

  /// The dialect for an engine by the name that a driver gives it (ODBC's SQL_DBMS_NAME, ADBC's vendor name); nil where none says that it is for
  /// that engine.
  func dialect(forProduct product: String) throws -> Dialect?
}

/// Some dialects that are there already.
public struct DialectList: DialectFinder {
  private let dialects: [Dialect]

  public init(_ dialects: [Dialect]) { self.dialects = dialects }

  public var dialectNames: [String] { dialects.map(\.name) }

  public func knownDialect(_ name: String) -> Dialect? { dialects.first { $0.name == name } }

  public func dialect(forProduct product: String) -> Dialect? {
    dialects.first { $0.session.products.contains { $0.lowercased() == product.lowercased() } }
  }
}

extension DialectLibrary: DialectFinder {
  public var dialectNames: [String] { names }

  public func knownDialect(_ name: String) throws -> Dialect? {
    try entry(named: name).map { try dialect(at: $0) }
  }
}
