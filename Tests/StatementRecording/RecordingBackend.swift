public import WarehouseDriver

/// A backend whose connections tell the recorder every text that they send; without a recorder, the backend as it is.
public struct RecordingBackend: Backend {
  public let inner: any Backend
  private let engine: String

  /// - Parameter engine: what the record calls it; `Reader/read_statements.py` knows which SQL that is
  public init(_ inner: any Backend, engine: String) {
    self.inner = inner
    self.engine = engine
  }

  public var schemes: [String] { inner.schemes }

  public func connect(to target: Target, options: ConnectionOptions) async throws -> any Connection {
    guard let recorder = StatementRecorder.shared else { return try await inner.connect(to: target, options: options) }
    var options = options
    options.onSend = { [engine, first = options.onSend] sql in
      first?(sql)
      recorder.record(sql, engine: engine)
    }
    return try await inner.connect(to: target, options: options)
  }
}
