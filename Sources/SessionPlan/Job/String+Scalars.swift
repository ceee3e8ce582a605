extension String {
  /// Every occurrence of one Unicode scalar replaced.
  ///
  /// Not `replacing(_:with:)`, which compares whole characters: it would leave a quote alone that is followed by a
  /// combining accent, and so let a name or a text end its own quotes in SQL.
  package func replacing(scalar: Unicode.Scalar, with replacement: String) -> String {
    // Most texts have none, and bytes are looked through fastest.
    if scalar.isASCII, !utf8.contains(UInt8(scalar.value)) { return self }
    var result = String.UnicodeScalarView()
    for next in unicodeScalars {
      if next == scalar { result.append(contentsOf: replacement.unicodeScalars) } else { result.append(next) }
    }
    return String(result)
  }
}
