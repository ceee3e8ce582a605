/// The states of PostgreSQL's errors that are told apart (its manual, appendix A).
enum SQLState {
  static let queryCanceled = "57014"
  static let lockNotAvailable = "55P03"
  static let serializationFailure = "40001"
  static let deadlock = "40P01"
  static let inFailedTransaction = "25P02"
  static let readOnlyTransaction = "25006"
  static let invalidPassword = "28P01"
  static let invalidAuthorization = "28000"
  static let noSuchDatabase = "3D000"
  static let tooManyConnections = "53300"
  static let startingUp = "57P03"
}
