internal import Foundation
internal import Synchronization
internal import WarehouseDriver

/// Finds and loads drivers: by a path, or by a name that manifests and libraries have.
struct DriverSearch: Sendable {
  /// The folders of manifests, in order: those of ADBC's driver manager.
  let folders: [String]

  init(variables: [String: String]) {
    var folders = (variables["ADBC_DRIVER_PATH"] ?? "").split(separator: ":").map(String.init)
    for root in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
      if let root = variables[root], !root.isEmpty { folders.append(root + "/etc/adbc/drivers") }
    }
    let home = variables["HOME"] ?? NSHomeDirectory()
    #if os(macOS)
      folders += [home + "/Library/Application Support/ADBC/Drivers", "/Library/Application Support/ADBC/Drivers"]
    #else
      let configuration = variables["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
      folders += [configuration + "/adbc/drivers", "/etc/adbc/drivers"]
    #endif
    self.folders = folders
  }

  /// Something that was tried, and why it was not taken.
  struct Attempt: Sendable {
    var place: String
    var words: String
  }

  /// The first of the drivers that can be loaded.
  ///
  /// - Parameters:
  ///   - names: paths of libraries or manifests, or names
  ///   - entryPoint: nil goes by the manifest or the library's name
  /// - Throws: `DriverError` that lists everything that was tried
  func driver(_ names: [String], entryPoint: String?) throws(DriverError) -> DriverLibrary {
    var attempts: [Attempt] = []
    for name in names {
      if let found = load(name, entryPoint, &attempts) { return found }
    }
    // What was there, and is wrong, says more than what was not there.
    let telling = attempts.filter { !$0.words.isEmpty }
    let tried = (telling.isEmpty ? attempts : telling).map { $0.words.isEmpty ? $0.place : "\($0.place): \($0.words)" }
    throw DriverError(
      telling.isEmpty ? .badTarget : .connection, phase: .connect,
      telling.isEmpty
        ? "there is no ADBC driver \(names.joined(separator: " or ")); looked for \(tried.joined(separator: ", "))"
        : "the ADBC driver cannot be loaded (\(tried.joined(separator: "; ")))",
      remedy: telling.isEmpty
        ? "install it, or name its library with driver=PATH (`sessionizer backends` lists what is found)"
        : "install another version of it, or name another library with driver=PATH")
  }

  /// Whether one of the drivers can be loaded, and what was tried.
  func finding(_ target: String, _ names: [String], entryPoint: String?) -> BackendFinding {
    var attempts: [Attempt] = []
    for name in names {
      if let found = load(name, entryPoint, &attempts) {
        return BackendFinding(
          target: target, isFound: true, detail: "\(found.path), ADBC \(found.isVersion11 ? "1.1" : "1.0")")
      }
    }
    let tried = attempts.map { "\($0.place): \($0.words.isEmpty ? "not there" : $0.words)" }
    return BackendFinding(target: target, isFound: false, detail: tried.joined(separator: "; "))
  }

  /// The names that manifests have.
  var manifestNames: [String] {
    var names: Set<String> = []
    for folder in folders {
      for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where file.hasSuffix(".toml") {
        names.insert(String(file.dropLast(5)))
      }
    }
    return names.sorted()
  }

  private func load(_ name: String, _ entryPoint: String?, _ attempts: inout [Attempt]) -> DriverLibrary? {
    if name.hasSuffix(".toml") { return manifest(name, entryPoint, &attempts) }
    if name.contains("/") {
      guard FileManager.default.fileExists(atPath: name) else {
        attempts.append(Attempt(place: name, words: ""))
        return nil
      }
      return library(name, entryPoint, &attempts)
    }
    for folder in folders {
      let path = "\(folder)/\(name).toml"
      guard FileManager.default.fileExists(atPath: path) else {
        attempts.append(Attempt(place: path, words: ""))
        continue
      }
      if let found = manifest(path, entryPoint, &attempts) { return found }
    }
    for file in Self.libraryNames(name) {
      if let found = library(file, entryPoint, &attempts) { return found }
    }
    return nil
  }

  /// The names of libraries that the loader is asked for.
  static func libraryNames(_ name: String) -> [String] {
    #if os(macOS)
      let ending = ".dylib"
    #else
      let ending = ".so"
    #endif
    if name.hasSuffix(ending) { return [name] }
    return ["libadbc_driver_\(name)\(ending)", "lib\(name)\(ending)"]
  }

  private func manifest(_ path: String, _ entryPoint: String?, _ attempts: inout [Attempt]) -> DriverLibrary? {
    guard let data = FileManager.default.contents(atPath: path), data.count < 1 << 20,
      let text = String(bytes: data, encoding: .utf8)
    else {
      attempts.append(Attempt(place: path, words: "it cannot be read, or is no text in UTF-8"))
      return nil
    }
    do {
      let manifest = try DriverManifest(text)
      // A manifest names a library: one that names a manifest could go in a circle.
      guard !manifest.library.hasSuffix(".toml") else {
        attempts.append(Attempt(place: path, words: "it names another manifest, and not a library"))
        return nil
      }
      return library(manifest.library, entryPoint ?? manifest.entryPoint, &attempts, by: path)
    } catch {
      attempts.append(Attempt(place: path, words: error.words))
      return nil
    }
  }

  /// Each library is started once in a process, whoever asks.
  private static let loaded = Mutex([String: DriverLibrary]())

  private func library(
    _ path: String, _ entryPoint: String?, _ attempts: inout [Attempt], by manifest: String? = nil
  ) -> DriverLibrary? {
    let key = "\(path)\0\(entryPoint ?? "")"
    let result: Result<DriverLibrary, DriverLibrary.LoadingFailure> = Self.loaded.withLock { loaded in
      if let known = loaded[key] { return .success(known) }
      do throws(DriverLibrary.LoadingFailure) {
        let found = try DriverLibrary(path: path, entryPoint: entryPoint)
        loaded[key] = found
        return .success(found)
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let found): return found
    case .failure(let failure):
      // A name that the loader does not know is no fault of a library.
      let isAbsent =
        failure.step == .loading && !path.contains("/") && manifest == nil && failure.words.contains(path + ":")
      attempts.append(
        Attempt(place: manifest.map { "\(path), named by \($0)" } ?? path, words: isAbsent ? "" : failure.words))
      return nil
    }
  }
}
