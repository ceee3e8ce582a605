/// Who the user of an access log's line is.
public enum LogUser: String, Hashable, Sendable, Codable, CaseIterable {
  /// The client's address.
  case address
  /// The address, a blank and the user agent (`-` where there is none).
  case addressAndAgent = "address+agent"
  /// The name that was authenticated; lines without one are `null_user`.
  case remoteUser = "remote_user"
  /// The first address of X-Forwarded-For; of requests without one, the client's.
  case forwarded
}

/// How an access log is read.
public struct AccessLogOptions: Hashable, Sendable {
  /// nil: found by the first lines.
  public var format: LogFormat?
  /// nil: address and agent; where lines also name a forwarded address, a fault of the file.
  public var user: LogUser?
  public var pages = PageRules()

  public init() {}
}

/// Which requests of an access log are pageviews, and what their page is.
///
/// By default: a GET or HEAD with a status below 400 that is no redirect (300 to 399 other than 304), whose path is no
/// image, style sheet, script, font, sound, video or source map (by its extension, letters of either case) and not
/// `/robots.txt`. The page is the path without the query.
public struct PageRules: Hashable, Sendable {
  public enum Query: String, Hashable, Sendable, CaseIterable {
    case cut, keep
  }

  /// All requests count, whatever the other rules say.
  public var takesEverything = false
  /// Methods in upper case.
  public var methods: Set<String> = ["GET", "HEAD"]
  /// nil: all below 400.
  public var statuses: [ClosedRange<Int>]?
  /// Whether 300 to 399 other than 304 count, where `statuses` does not say so itself.
  public var countsRedirects = false
  /// Extensions in lower case, without their dot, that are no pages.
  public var skippedSuffixes = PageRules.usualSuffixes
  public var query = Query.cut

  public init() {}

  public static let usualSuffixes: Set<String> = [
    "css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "tif", "tiff",
    "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "m4a", "ogg", "wav", "webm", "mov", "avi",
  ]
}
