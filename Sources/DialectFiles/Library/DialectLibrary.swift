internal import Foundation
public import SQLRendering
internal import YAMLReading

/// Finds dialects by name and reads them, each only when it is asked for.
///
/// The built-in names are always the built-in dialects. Any other name is looked for among the files that were named
/// themselves, then in each folder of the search path. A file that extends another may also mean one in its own folder.
///
/// ```swift
/// let dialect = try DialectLibrary().dialect(named: "postgres")
/// ```
public struct DialectLibrary: Sendable {
  /// The files that were named themselves.
  public private(set) var files: [DialectEntry] = []
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
    guard let file = Self.read(DialectEntry(name: "", place: .file(path)), &found), !file.name.isEmpty,
      let place = file.places["name"]
    else { throw DialectFileError(found) }
    if DialectEntry.builtIn.contains(where: { $0.name == file.name }) {
      throw DialectFileError([place.error(Self.takenName(file.name))])
    }
    files.insert(DialectEntry(name: file.name, place: .file(path)), at: 0)
    return file.name
  }

  /// What is wrong with a name for a new dialect; nil if nothing is.
  public static func fault(inNewName name: String) -> String? {
    do throws(SettingError) {
      _ = try DialectFile.name(name)
    } catch {
      return error.message
    }
    return DialectEntry.builtIn.contains { $0.name == name } ? takenName(name) : nil
  }

  static func takenName(_ name: String) -> String {
    "\(name) is the name of a built-in dialect; give yours another one, and let it extend \(name)"
  }

  // MARK: Finding

  /// Every dialect there is, each name once: the built-in ones in their order, then the others.
  public var entries: [DialectEntry] {
    let others = Set(files.map(\.name) + folders.flatMap(Self.names(in:)))
      .subtracting(DialectEntry.builtIn.map(\.name))
    return DialectEntry.builtIn + others.sorted().compactMap { entry(named: $0) }
  }

  public var names: [String] { entries.map(\.name) }

  public func entry(named name: String) -> DialectEntry? { candidates(name, beside: nil).first }

  /// Files on the search path that are never used, because a built-in dialect has their name.
  public var hiddenFiles: [String] {
    folders.flatMap { folder in
      Self.names(in: folder).filter { name in DialectEntry.builtIn.contains { $0.name == name } }
        .map { folder + "/" + $0 + ".yaml" }
    }
  }

  /// Where a name leads, the first first.
  private func candidates(_ name: String, beside folder: String?) -> [DialectEntry] {
    var result = DialectEntry.builtIn.filter { $0.name == name } + files.filter { $0.name == name }
    for folder in [folder].compactMap(\.self) + folders {
      let path = folder + "/" + name + ".yaml"
      let entry = DialectEntry(name: name, place: .file(path))
      if access(path, F_OK) == 0, !result.contains(entry) { result.append(entry) }
    }
    return result
  }

  private static func names(in folder: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
      .filter { (try? DialectFile.name($0)) != nil }
  }

  // MARK: Reading

  /// - Throws: `DialectFileError`, also where there is none of that name
  public func dialect(named name: String) throws(DialectFileError) -> Dialect {
    guard let entry = entry(named: name) else {
      throw DialectFileError([
        YAMLFileError(
          file: "dialect \(SettingText.shown(name))", message: "there is none of that name; " + remedy(name, names))
      ])
    }
    return try dialect(at: entry)
  }

  /// - Throws: `DialectFileError` with everything that is wrong in the file and those that it extends
  public func dialect(at entry: DialectEntry) throws(DialectFileError) -> Dialect {
    var found = ProblemList()
    let files = chain(from: entry, &found)
    guard found.problems.isEmpty, let dialect = DialectAssembly(files: files).dialect(&found) else {
      throw DialectFileError(found)
    }
    return dialect
  }

  /// What a dialect that can be read has no answer to, though one must be there: templates and traps. A line each.
  ///
  /// - Throws: `DialectFileError`
  public func unanswered(named name: String) throws(DialectFileError) -> [String] {
    guard let entry = entry(named: name) else { return [] }
    var found = ProblemList()
    let files = chain(from: entry, &found)
    guard found.problems.isEmpty else { throw DialectFileError(found) }
    return DialectAssembly(files: files).unanswered.map { "\($0)" }
  }

  /// The dialect for an engine by the name that an ODBC driver gives it (SQL_DBMS_NAME): of the user's own files, or
  /// else of the built-in ones, the first that lists it; nil where none does. Files that are wrong are passed over.
  public func dialect(forProduct product: String) -> Dialect? {
    let all = entries
    let wanted = product.lowercased()
    for entry in all.filter({ !$0.isBuiltIn }) + all.filter(\.isBuiltIn) {
      guard let dialect = try? dialect(at: entry) else { continue }
      if dialect.session.products.contains(where: { $0.lowercased() == wanted }) { return dialect }
    }
    return nil
  }

  private static func read(_ entry: DialectEntry, _ found: inout ProblemList) -> DialectFile? {
    guard let text = found.attempt({ () throws(YAMLFileError) in try entry.text() }) else {
      found.isUnreadable = true
      return nil
    }
    return DialectFile.read(text, path: entry.path, isTrusted: entry.isBuiltIn, &found)
  }

  /// A dialect's file after all that it extends.
  private func chain(from entry: DialectEntry, _ found: inout ProblemList) -> [DialectFile] {
    var files: [DialectFile] = []
    var passed: [DialectEntry] = []
    var next: DialectEntry? = entry
    while let entry = next {
      next = nil
      passed.append(entry)
      guard let file = Self.read(entry, &found) else { break }
      if !file.name.isEmpty, file.name != entry.name, let place = file.places["name"] {
        found.add(place.error("the file is called \(entry.name).yaml; give both the same name"))
      }
      files.append(file)
      if let parent = file.extends { next = self.parent(parent, of: entry, passed, &found) }
    }
    return files.reversed()
  }

  private func parent(
    _ parent: (name: String, place: YAMLCursor), of entry: DialectEntry, _ passed: [DialectEntry],
    _ found: inout ProblemList
  ) -> DialectEntry? {
    var folder: String?
    if case .file(let path) = entry.place { folder = (path as NSString).deletingLastPathComponent }
    guard let next = candidates(parent.name, beside: folder.map { $0.isEmpty ? "." : $0 }).first else {
      found.add(
        parent.place.error("no dialect \(SettingText.shown(parent.name)) to extend; " + remedy(parent.name, names)))
      return nil
    }
    guard !passed.contains(where: { $0.name == next.name }) else {
      let way = (passed.map(\.name) + [parent.name]).joined(separator: " → ")
      found.add(parent.place.error("a cycle: \(way); one of them must extend another, or nothing"))
      return nil
    }
    return next
  }

  private func remedy(_ name: String, _ names: [String]) -> String {
    let hint = NearestWord.hint(name, among: names)
    return hint.isEmpty ? "there are \(names.joined(separator: ", "))" : hint
  }
}
