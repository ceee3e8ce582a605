internal import SessionPlan

extension LoadOptions {
  /// Throws where event ids would have to be derived and the options do not allow it.
  func checkDerivation(path: String, what: String) throws(FileFault) {
    if eventIDType == .integer {
      throw FileFault(
        path: path, "\(what), and derived event ids are text, but event_id_type is integer",
        remedy: "set event_id_type to text, or map the event id")
    }
    if !derivesMissingEventIDs {
      throw FileFault(path: path, "\(what), and deriving event ids is switched off", remedy: "map the event id")
    }
  }
}
