internal import Foundation
public import SQLRendering
internal import YAMLReading

/// Finds dialects by name and reads them, each only when it is asked for.
///
/// A name is looked for among the files that were named themselves, then in each folder of the search path, then among
/// the built-in ones. A file that extends another looks in its own folder first; a file that extends its own name
/// means the next one in this order.
///
/// ```swift
/// let dialect = try DialectLibrary().dialect(named: "postgres")
/// ```
public struct DialectLibrary: Sendable {
  /// The files that were named themselves.
  public private(set) var files: [DialectSource] = []
  /// Folders with files `<name>.yaml`, in the order in which they are looked into. One that is not there holds none.
  public var folders: [String]

  public init(folders: [String] = []) {
    self.folders = folders
  }

  /// Adds a file, before those that were added earlier.
  ///
  /// - Returns: what it is called
  /// - Throws: `DialectFileError`
  @discardableResult
  public mutating func add(file path: String) throws(DialectFileError) -> String {
    var found = ProblemList()
    let source = DialectSource(name: "", place: .file(path))
    guard let text = found.attempt({ () throws(YAMLFileError) in try source.text() }),
      let file = DialectFile.read(text, path: path, &found), !file.name.isEmpty
    else { throw DialectFileError(found.problems) }
    files.insert(DialectSource(name: file.name, place: .file(path)), at: 0)
    return file.name
  }

  // MARK: Finding

  /// Every dialect there is, each name once: the built-in ones in their order, then the others.
  public var sources: [DialectSource] {
    let builtIn = DialectSource.builtIn
    let others = Set(files.map(\.name) + folders.flatMap(Self.names(in:))).subtracting(builtIn.map(\.name))
    return (builtIn.map(\.name) + others.sorted()).compactMap { source(named: $0) }
  }

  public var names: [String] { sources.map(\.name) }

  public func source(named name: String) -> DialectSource? { candidates(name, beside: nil).first }

  /// Where a name leads, the first first.
  private func candidates(_ name: String, beside folder: String?) -> [DialectSource] {
    var result = files.filter { $0.name == name }
    for folder in [folder].compactMap(\.self) + folders {
      let path = folder + "/" + name + ".yaml"
      let source = DialectSource(name: name, place: .file(path))
      if access(path, F_OK) == 0, !result.contains(source) { result.append(source) }
    }
    return result + DialectSource.builtIn.filter { $0.name == name }
  }

  private static func names(in folder: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
      .filter { (try? DialectFile.name($0)) != nil }
  }

  // MARK: Reading

  /// - Throws: `DialectFileError`, also where there is none of that name
  public func dialect(named name: String) throws(DialectFileError) -> Dialect {
    guard let source = source(named: name) else {
      let hint = NearestWord.hint(name, among: names)
      throw DialectFileError([
        YAMLFileError(
          file: "dialect \(SettingText.shown(name))",
          message: "there is none of that name; "
            + (hint.isEmpty ? "there are \(names.joined(separator: ", "))" : hint))
      ])
    }
    return try dialect(at: source)
  }

  /// - Throws: `DialectFileError` with everything that is wrong in the file and those that it extends
  public func dialect(at source: DialectSource) throws(DialectFileError) -> Dialect {
    var found = ProblemList()
    let files = chain(from: source, &found)
    guard found.problems.isEmpty, let dialect = DialectAssembly(files: files).dialect(&found) else {
      throw DialectFileError(found.problems)
    }
    return dialect
  }

  /// A dialect's file after all that it extends.
  private func chain(from source: DialectSource, _ found: inout ProblemList) -> [DialectFile] {
    var files: [DialectFile] = []
    var passed: [DialectSource] = []
    var next: DialectSource? = source
    while let source = next {
      next = nil
      passed.append(source)
      guard let text = found.attempt({ () throws(YAMLFileError) in try source.text() }),
        let file = DialectFile.read(text, path: source.path, &found)
      else { break }
      if !source.name.isEmpty, !file.name.isEmpty, file.name != source.name, let place = file.places["name"] {
        found.add(place.error("the file is called \(source.name).yaml; give both the same name"))
      }
      files.append(file)
      if let parent = file.extends { next = self.parent(parent, of: source, passed, &found) }
    }
    return files.reversed()
  }

  private func parent(
    _ parent: (name: String, place: YAMLCursor), of source: DialectSource, _ passed: [DialectSource],
    _ found: inout ProblemList
  ) -> DialectSource? {
    var all = DialectSource.builtIn.filter { $0.name == parent.name }
    if case .file(let path) = source.place {
      all = candidates(parent.name, beside: (path as NSString).deletingLastPathComponent.nonEmpty ?? ".")
    }
    if let first = all.first(where: { !passed.contains($0) }) { return first }
    if all.isEmpty {
      let known = source.isBuiltIn ? DialectSource.builtIn.map(\.name) : names
      let hint = NearestWord.hint(parent.name, among: known)
      found.add(
        parent.place.error(
          "no dialect \(SettingText.shown(parent.name)) to extend; "
            + (hint.isEmpty ? "there are \(known.joined(separator: ", "))" : hint)))
    } else {
      let way = (passed.map(\.name) + [parent.name]).joined(separator: " → ")
      found.add(parent.place.error("a cycle: \(way); one of them must extend another, or nothing"))
    }
    return nil
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
