/// Which requests of an access log are pageviews.
///
/// A pageview is a GET or HEAD with a status below 400 whose path is no image, style sheet, script, font, sound, video
/// or source map (by its extension, letters of either case) and not `/robots.txt`.
public enum PageFilter {
  private static let extensions: Set<[UInt8]> = Set(
    [
      "css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "tif", "tiff",
      "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "m4a", "ogg", "wav", "webm", "mov", "avi",
    ].map { Array($0.utf8) })

  public static func isPage(method: String, path: String, status: Int) -> Bool {
    var method = method
    var path = path
    return method.withUTF8 { method in path.withUTF8 { isPage(method: method, path: $0, status: status) } }
  }

  static func isPage(method: Bytes, path: Bytes, status: Int) -> Bool {
    guard status < 400, method.elementsEqual("GET".utf8) || method.elementsEqual("HEAD".utf8),
      !path.elementsEqual("/robots.txt".utf8)
    else { return false }
    let name = path.suffix(6)
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot + 1 < name.endIndex else { return true }
    let lowered = name[(dot + 1)...].map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
    return !extensions.contains(lowered)
  }
}
