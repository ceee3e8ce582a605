internal import Foundation
internal import WarehouseDriver
internal import YAMLReading

/// A plug-in file: a name for targets that are reached by a driver with settings, so that `NAME:…` is a target.
struct BackendPlugin: Backend {
  enum Kind: String, CaseIterable { case adbc, odbc }

  let name: String
  let path: String
  let kind: Kind
  let driver: String
  let entryPoint: String?
  let dialect: String
  let options: [(name: String, value: String)]
  /// What it stands for.
  let inner: any Backend

  var schemes: [String] { [name] }

  func findings() -> [BackendFinding] {
    [BackendFinding(target: name + ":", isFound: true, detail: "\(kind.rawValue)+\(dialect): \(driver), by \(path)")]
  }

  func connect(to target: Target, options: ConnectionOptions) async throws -> any Connection {
    try await inner.connect(to: try expanded(target), options: options)
  }

  /// The target in the form of the backend that it stands for. What the target says itself goes before the file's.
  func expanded(_ target: Target) throws -> Target {
    switch kind {
    case .odbc:
      let own = ([("Driver", driver)] + options.map { ($0.name, $0.value) }).map {
        "\($0)={\($1.replacing("}", with: "}}"))}"
      }
      return try Target(url: "odbc+\(dialect):" + ([target.rest] + own).filter { !$0.isEmpty }.joined(separator: ";"))
    case .adbc:
      var own = [("driver", driver)] + options.map { ($0.name, $0.value) }
      if let entryPoint { own.append(("entrypoint", entryPoint)) }
      // What follows the ? of a URL is the URL's.
      if target.rest.contains("://") {
        let list = own + [("uri", target.rest)]
        return try Target(
          url: "adbc+\(dialect):" + list.map { "\($0)={\($1.replacing("}", with: "}}"))}" }.joined(separator: ";"))
      }
      let encoded = own.map { name, value in
        name + "="
          + (value.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? "").replacing("&", with: "%26")
      }
      let mark = target.rest.contains("?") ? "&" : "?"
      return try Target(url: "adbc+\(dialect):\(target.rest)\(mark)\(encoded.joined(separator: "&"))")
    }
  }
}

/// The plug-in files on the search path.
struct BackendPlugins {
  private struct File {
    var name: String
    var path: String
    var kind: BackendPlugin.Kind
    var driver: String
    var entryPoint: String?
    var dialect: String
    var options: [(name: String, value: String)]
  }

  private var files: [File] = []
  /// Files that are wrong.
  private(set) var faults: [YAMLFileError] = []

  /// - Parameter folders: with files `NAME.yaml`; the first of a name counts
  init(folders: [String]) {
    for folder in folders {
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
      for file in names where file.hasSuffix(".yaml") || file.hasSuffix(".yml") {
        do {
          let read = try Self.read(folder + "/" + file)
          if !files.contains(where: { $0.name == read.name }) { files.append(read) }
        } catch let fault as YAMLFileError {
          faults.append(fault)
        } catch {
          continue
        }
      }
    }
  }

  /// Those whose names no other backend has.
  func usable(beside registry: BackendRegistry) -> [BackendPlugin] {
    let taken = Set(registry.backends.flatMap(\.schemes))
    return files.compactMap { file in
      guard !taken.contains(file.name),
        let inner = registry.backends.first(where: { $0.schemes.contains(file.kind.rawValue) })
      else { return nil }
      return BackendPlugin(
        name: file.name, path: file.path, kind: file.kind, driver: file.driver, entryPoint: file.entryPoint,
        dialect: file.dialect, options: file.options, inner: inner)
    }
  }

  private static let keys = ["name", "kind", "driver", "entry_point", "dialect", "options"]

  private static func read(_ path: String) throws -> File {
    let text = try YAMLText.read(path, what: "backend plug-in")
    guard let root = try YAMLText.root(of: text, path: path) else {
      throw YAMLFileError(file: path, message: "it is empty; it needs \(keys.joined(separator: ", "))")
    }
    var values: [String: YAMLCursor] = [:]
    for entry in try root.entries("name: mywarehouse") {
      guard keys.contains(entry.key) else { throw entry.unknown(known: keys) }
      values[entry.key] = entry.value
    }
    func needed(_ key: String, _ example: String) throws -> String {
      guard let cursor = values[key] else { throw root.error("it has no \(key); write \(key): \(example)") }
      return try cursor.text(example)
    }
    let name = try needed("name", "mywarehouse")
    guard !name.isEmpty, name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }) else {
      throw values["name"]!.error("a name has lower-case letters, digits and _, as targets begin with it")
    }
    guard let kind = BackendPlugin.Kind(rawValue: try needed("kind", "adbc")) else {
      throw values["kind"]!.error("it is adbc or odbc")
    }
    var options: [(name: String, value: String)] = []
    for entry in try values["options"]?.entries("threads: 4") ?? [] {
      options.append((entry.key, try entry.value.text("4")))
    }
    return File(
      name: name, path: path, kind: kind, driver: try needed("driver", "/opt/lib/libdriver.so"),
      entryPoint: try values["entry_point"]?.text("AdbcDriverInit"), dialect: try needed("dialect", "duckdb"),
      options: options)
  }
}
