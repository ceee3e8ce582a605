/// Finds the format of an access log by its first lines, all of which must fit.
enum LogDetection {
  /// How many lines are tried.
  static let lines = 20

  /// What can be told from lines, and the name to say it by.
  private static let candidates: [(name: String, format: String)] = {
    let front = "~h{, } - %e [%x] \"%r\" %s %b"
    let tails = [
      "", " \"%R\" \"%u\"", " \"%R\" \"%u\" \"~h{, }\"", " %D \"%R\" \"%u\"", " \"%R\" \"%u\" %D",
      " \"%R\" \"%u\" \"~h{, }\" %D", " \"%R\" \"%u\" %D \"%^\" \"%^\" %^",
    ]
    let common = ["", "%v "].flatMap { host in
      tails.map { tail in
        let text = host + front + tail
        return (name: LogFormat.strings.first { $0.value == text }?.key ?? text, format: text)
      }
    }
    // These have so many fields of their own that nothing else fits them.
    let proxies = ["AWSALB", "AWSELB", "AWSS3", "NPM", "SQUID"].compactMap { name in
      LogFormat.strings[name].map { (name: name, format: $0) }
    }
    return common + proxies
  }()

  /// nil where nothing fits.
  ///
  /// - Throws: where a format fits all lines but some
  static func find(_ window: InputWindow, path: String, prefix only: LogPrefix? = nil) throws(FileFault) -> LogFormat? {
    let sample = try sample(window)
    guard let first = sample.first else { return nil }
    if only == nil,
      first.starts(with: "#Fields:".utf8) || first.starts(with: "#Version:".utf8)
        || first.starts(with: "#Software:".utf8)
    {
      return LogFormat(text: "W3C", prefix: .none, body: .fields)
    }
    if first.first(where: { $0 != ASCII.blank }) == UInt8(ascii: "{") { return objects(sample, only) }
    let prefixes = only.map { [$0] } ?? [.none, .cri, .syslog, .compose, .iso]
    var best: (format: LogFormat, fits: Int, line: Int)?
    for prefix in prefixes {
      guard let format = try? Self.fitting(sample, prefix, &best) else { continue }
      return format
    }
    if let best, best.fits * 2 >= sample.count, sample.count > 1 {
      throw FileFault(
        path: path, line: window.line + best.line,
        "this line does not fit \(best.format.text), which \(best.fits) of the first \(sample.count) lines fit",
        remedy: "name the format, so that such lines are quarantined: --log-format '\(best.format.text)'")
    }
    return nil
  }

  private struct NothingFits: Error {}

  private static func fitting(
    _ sample: [[UInt8]], _ prefix: LogPrefix, _ best: inout (format: LogFormat, fits: Int, line: Int)?
  ) throws(NothingFits) -> LogFormat {
    var contents: [[UInt8]?] = []
    for line in sample {
      switch line.withUnsafeBufferPointer(prefix.strip) {
      case .rest(let start): contents.append(Array(line[start...]))
      case .standardError: break
      case .unfit: contents.append(nil)
      }
    }
    if contents.allSatisfy({ $0 == nil }) { throw NothingFits() }
    for (name, text) in candidates {
      guard let compiled = try? LogFormatString(text: text) else { continue }
      let fits = contents.map { line in
        guard var line else { return false }
        return line.withUnsafeMutableBufferPointer { bytes in
          guard let match = LogLineMatch(bytes, compiled) else { return false }
          // A whole number may count something else; then it is somebody's own format.
          return compiled.timeUnit == nil || match.fields.time.map(isSeconds) ?? false
        }
      }
      let count = fits.count { $0 }
      if count == 0 { continue }
      let shown = prefix == .none ? name : "\(prefix.rawValue)+\(name)"
      let format = LogFormat(text: shown, prefix: prefix, body: .lines(compiled))
      if count == fits.count { return format }
      if count > best?.fits ?? 0 { best = (format, count, fits.firstIndex(of: false) ?? 0) }
    }
    throw NothingFits()
  }

  /// `1772359200.123`
  private static func isSeconds(_ bytes: Bytes) -> Bool {
    guard let point = bytes.firstIndex(of: UInt8(ascii: "."), from: 0), 9...11 ~= point, point + 1 < bytes.count else {
      return false
    }
    return LogLineMatch.isNumber(bytes)
  }

  private static func objects(_ sample: [[UInt8]], _ only: LogPrefix?) -> LogFormat? {
    let names = ["log", "stream", "ts", "request.uri", "remote_addr", "request", "request_uri", "uri"]
    let root = JSONNode(names: names)
    var kinds: Set<String> = []
    var inner: [[UInt8]] = []
    for line in sample {
      var copy = line
      let kind = copy.withUnsafeMutableBufferPointer { bytes in
        var found = JSONFindings(slots: names.count, arena: TextArena())
        var scanner = JSONScanner(bytes)
        guard scanner.readObject(root, &found) else { return "" }
        func has(_ slot: Int) -> Bool { found.values[slot] != nil }
        if has(0), let stream = found.values[1]?.bytes {
          if stream.elementsEqual("stderr".utf8) { return "DOCKER" }
          inner.append(Array(found.values[0]?.bytes ?? Bytes(start: nil, count: 0)).filter { $0 != ASCII.lineFeed })
          return "DOCKER"
        }
        if has(2), has(3) { return "CADDY" }
        return has(4) && (has(5) || has(6) || has(7)) ? "NGINX_JSON" : ""
      }
      kinds.insert(kind)
    }
    guard kinds.count == 1, let kind = kinds.first else { return nil }
    if kind == "DOCKER" {
      var best: (format: LogFormat, fits: Int, line: Int)?
      guard let format = try? fitting(inner, .none, &best) else { return nil }
      return LogFormat(text: "DOCKER+\(format.text)", prefix: .docker, body: format.body)
    }
    if only != nil { return nil }
    return LogObjects(rawValue: kind).map { LogFormat(text: kind, prefix: .none, body: .json($0)) }
  }

  /// The first lines that are not empty. One that the file ends in is left out, if it is not the only one: it may be
  /// cut.
  private static func sample(_ window: InputWindow) throws(FileFault) -> [[UInt8]] {
    let front = try window.front(64 << 10)
    var sample: [[UInt8]] = []
    var start = 0
    while sample.count < lines, start < front.count {
      let end = front.firstIndex(of: window.lineEnd, from: start)
      if end == nil, !sample.isEmpty { break }
      var line = front.slice(start..<(end ?? front.count))
      while line.last == ASCII.carriageReturn { line = line.slice(0..<line.count - 1) }
      if !line.isEmpty { sample.append(Array(line)) }
      start = (end ?? front.count) + 1
    }
    return sample
  }
}
