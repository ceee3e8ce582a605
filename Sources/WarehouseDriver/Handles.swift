/// A cursor whose query lives in its connection.
public struct CursorHandle: BatchCursor {
  public let schema: [BatchColumn]
  private let nextBatch: @Sendable () async throws -> RecordBatch?
  private let closeQuery: @Sendable () async -> Void

  public init(
    schema: [BatchColumn], next: @escaping @Sendable () async throws -> RecordBatch?,
    close: @escaping @Sendable () async -> Void
  ) {
    self.schema = schema
    nextBatch = next
    closeQuery = close
  }

  public func next() async throws -> RecordBatch? { try await nextBatch() }
  public func close() async { await closeQuery() }
}

/// A bulk insert that lives in its connection.
public struct AppendHandle: BulkAppend {
  private let writeBatch: @Sendable (RecordBatch) async throws -> Void
  private let finishAppend: @Sendable () async throws -> Int?
  private let cancelAppend: @Sendable () async -> Void

  public init(
    write: @escaping @Sendable (RecordBatch) async throws -> Void, finish: @escaping @Sendable () async throws -> Int?,
    cancel: @escaping @Sendable () async -> Void
  ) {
    writeBatch = write
    finishAppend = finish
    cancelAppend = cancel
  }

  public func write(_ batch: RecordBatch) async throws { try await writeBatch(batch) }
  public func finish() async throws -> Int? { try await finishAppend() }
  public func cancel() async { await cancelAppend() }
}
