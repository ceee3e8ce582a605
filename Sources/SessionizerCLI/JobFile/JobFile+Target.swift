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
      let names = targets.isEmpty ? "\(path) names no targets" : "\(path) has \(targetNames.joined(separator: ", "))"
      throw TargetChoiceError(
        description: "no target is called \(SettingText.shown(url)); \(names); a URL looks like sqlite:PATH",
        isMissing: false)
    }
  }

  private func resolve(_ named: NamedTarget, _ environment: [String: String]) throws -> Target {
    func failure(_ message: String) -> JobFileError {
      JobFileError(file: path, line: named.line, column: named.column, key: named.key, message: message)
    }
    let url: String
    do throws(SettingError) {
      url = try Variables.resolve(named.text, environment)
    } catch {
      throw failure(error.message)
    }
    do {
      return try Target(url: url)
    } catch {
      if named.key == "target", !url.contains(":") {
        throw failure(
          targets.isEmpty
            ? "no target is called \(SettingText.shown(url)); list it under targets:"
            : "no target is called \(SettingText.shown(url)); there are \(targetNames.joined(separator: ", "))")
      }
      throw failure(error.description)
    }
  }
}

/// `${NAME}` in a target, replaced by the value of an environment variable.
enum Variables {
  /// `$${` stands for `${` itself. The values are put in as they are.
  static func resolve(_ text: String, _ environment: [String: String]) throws(SettingError) -> String {
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == "$", rest.starts(with: "${".unicodeScalars) {
        result.append(contentsOf: "${".unicodeScalars)
        rest = rest.dropFirst(2)
      } else if scalar == "$", rest.first == "{" {
        guard let end = rest.firstIndex(of: "}") else {
          throw SettingError(message: "a ${ has no }; write ${NAME}, or $${ for the characters themselves")
        }
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        guard isName(name) else {
          throw SettingError(message: "${…} holds no variable's name; write ${NAME} with letters, digits and _")
        }
        guard let value = environment[name] else {
          throw SettingError(message: "the variable \(name) is not set; export \(name)=… or choose another target")
        }
        result.append(contentsOf: value.unicodeScalars)
        rest = rest[rest.index(after: end)...]
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20
      }
  }
}
