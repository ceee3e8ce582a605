internal import CADBC
internal import ConnectionCore
internal import SQLRendering
internal import WarehouseDriver

/// What a call of a driver has failed with.
struct CallError {
  let status: UInt8
  let records: [DiagnosticRecord]

  /// Reads the error and releases it.
  init(_ status: UInt8, _ error: inout AdbcError, _ library: DriverLibrary) {
    self.status = status
    var state = ""
    withUnsafeBytes(of: error.sqlstate) { bytes in
      state = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    var message = error.message.map { String(cString: $0) } ?? ""
    let hasDetails = error.vendor_code == Int32.min
    // Some drivers keep what the server said among the details.
    if library.isVersion11, hasDetails, let count = library.functions.pointee.ErrorGetDetailCount,
      let detail = library.functions.pointee.ErrorGetDetail, error.private_data != nil
    {
      for index in 0..<min(count(&error), 20) {
        let found = detail(&error, index)
        guard let key = found.key, let value = found.value, found.value_length > 0 else { continue }
        let text = String(
          decoding: UnsafeBufferPointer(start: value, count: found.value_length).prefix { $0 != 0 }, as: UTF8.self)
        if String(cString: key).contains("SQLSTATE"), state.isEmpty { state = text }
      }
    }
    if message.isEmpty { message = "the driver gives no reason (status \(status))" }
    error.release?(&error)
    error.release = nil
    records = [
      DiagnosticRecord(
        state: state, native: hasDetails ? 0 : Int(error.vendor_code), message: message, failure: Self.failure(status))
    ]
  }

  /// What a status says on every engine, where neither the dialect nor a SQLSTATE says more.
  private static func failure(_ status: UInt8) -> Dialect.Failure? {
    switch Int32(status) {
    case ADBC_STATUS_NOT_FOUND: .noSuchObject
    case ADBC_STATUS_ALREADY_EXISTS: .alreadyExists
    case ADBC_STATUS_INTEGRITY: .constraint
    case ADBC_STATUS_INVALID_DATA: .wrongValue
    case ADBC_STATUS_CANCELLED: .cancelled
    case ADBC_STATUS_TIMEOUT: .timeout
    case ADBC_STATUS_UNAUTHENTICATED: .authentication
    case ADBC_STATUS_UNAUTHORIZED: .permission
    default: nil
    }
  }
}
