public import WarehouseDriver
internal import YAMLReading

/// No target was named, or one that does not exist.
public struct TargetChoiceError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
  /// Whether no target was named at all, which is wrong usage.
  public var isMissing: Bool
}

extension JobFile {
  /// The names of the targets, in the file's order.
  public var targetNames: [String] { targets.map(\.name) }

  /// The target to work on: the one that is named, or the default, or the only one there is.
  ///
  /// Variables are resolved only in the selected one.
  /// - Parameters:
  ///   - chosen: the name of a target of this file, or a URL
  ///   - environment: the values of `${VAR}`
  /// - Throws: `TargetChoiceError`, `JobFileError` for a variable that is not set, `DriverError` for a wrong URL
  public func target(_ chosen: String?, environment: [String: String]) throws -> Target {
    if let chosen {
      if let named = targets.first(where: { $0.name.utf8.elementsEqual(chosen.utf8) }) {
        return try resolve(named, environment)
      }
      return try target(url: chosen)
    }
    if let defaultTarget {
      if let named = targets.first(where: { $0.name.utf8.elementsEqual(defaultTarget.text.utf8) }) {
        return try resolve(named, environment)
      }
      return try resolve(defaultTarget, environment)
    }
    if targets.count == 1 { return try resolve(targets[0], environment) }
    let remedy =
      targets.isEmpty
      ? "--target sqlite:PATH"
      : "--target with one of \(targetNames.joined(separator: ", ")), or set target: in \(path)"
    throw TargetChoiceError(description: "no target; give \(remedy)", isMissing: true)
  }

  private func target(url: String) throws -> Target {
    do {
      return try Target(url: url)
    } catch {
      guard !url.contains(":") else { throw error }
      // Not shown: a connection string without its scheme holds a password.
      let names = targets.isEmpty ? "\(path) names no targets" : "\(path) has \(targetNames.joined(separator: ", "))"
      throw TargetChoiceError(
        description: "no target has this name; \(names)\(hint(url)); a URL looks like sqlite:PATH", isMissing: false)
    }
  }

  /// `; did you mean prod?`, where a name is near.
  private func hint(_ name: String) -> String {
    let hint = NearestWord.hint(name, among: targetNames)
    return hint.isEmpty ? "" : "; " + hint
  }

  private func resolve(_ named: NamedTarget, _ environment: [String: String]) throws -> Target {
    func failure(_ message: String) -> JobFileError {
      JobFileError(file: path, line: named.line, column: named.column, key: named.key, message: message)
    }
    let url: String
    do throws(SettingError) {
      url = try TargetTemplate(named.text).resolved(environment)
    } catch {
      throw failure(error.message)
    }
    do {
      return try Target(url: url)
    } catch {
      if named.key == "target", !url.contains(":") {
        throw failure(
          targets.isEmpty
            ? "no target has this name; list it under targets:"
            : "no target has this name; there are \(targetNames.joined(separator: ", "))\(hint(url))")
      }
      throw failure(error.description)
    }
  }
}
