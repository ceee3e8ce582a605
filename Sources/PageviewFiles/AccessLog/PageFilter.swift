/// Why a record of a file was left out though nothing is wrong with it.
public enum LeftOutReason: String, Hashable, Sendable, CaseIterable {
  /// The filter of `LoadOptions.only` does not hold.
  case only
  case method, status, redirect
  /// The extension of its path, or `/robots.txt`.
  case suffix
  /// A request that is not of HTTP's form.
  case malformed = "malformed request"
  /// What a container wrote to standard error.
  case standardError = "standard error"
}

/// Decides by `PageRules` which requests are pageviews.
struct PageFilter {
  let rules: PageRules
  private let methods: [[UInt8]]
  private let suffixes: Set<[UInt8]>
  private let longestSuffix: Int

  init(_ rules: PageRules) {
    self.rules = rules
    methods = rules.methods.map { Array($0.utf8) }
    suffixes = Set(rules.skippedSuffixes.map { Array($0.utf8) })
    longestSuffix = suffixes.map(\.count).max() ?? 0
  }

  /// nil: a pageview.
  ///
  /// - Parameter path: without the query
  func reason(method: Bytes?, path: Bytes?, status: Int?) -> LeftOutReason? {
    if rules.takesEverything { return nil }
    guard let method, let path else { return .malformed }
    guard methods.contains(where: method.equals) else { return .method }
    guard let status else { return .status }
    if let statuses = rules.statuses {
      guard statuses.contains(where: { $0.contains(status) }) else { return .status }
    } else {
      // Squid and others write 000 where there was no answer.
      guard (100..<400).contains(status) else { return .status }
      if status >= 300, status != 304, !rules.countsRedirects { return .redirect }
    }
    if suffixes.isEmpty { return nil }
    if path.count == 11, path.elementsEqual("/robots.txt".utf8) { return .suffix }
    let name = path.suffix(longestSuffix + 1)
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot + 1 < name.endIndex else { return nil }
    return suffixes.contains(name[(dot + 1)...].map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }) ? .suffix : nil
  }
}
