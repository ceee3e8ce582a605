internal import Foundation
internal import SQLRendering

extension ConformanceReport {
  /// The proven answers as lines for the dialect's file: what they rest on is now `tested live`.
  ///
  /// - Parameters:
  ///   - day: `YYYY-MM-DD`
  ///   - tool: the version of the tool
  public func evidence(day: String, tool: String) -> String {
    var lines = [
      "# \(oneLine(engine + " " + version)), \(day), sessionizer \(tool) conformance, seed \(seed): \(summary).",
      "# Put these into the dialect's file, over the answers that are there.",
    ]
    let capabilities = Capability.allCases.filter {
      dialect.support(for: $0).isUsable && finding($0) == .proven
    }
    if !capabilities.isEmpty { lines.append("capabilities:") }
    for capability in capabilities {
      let support = dialect.support(for: capability)
      lines.append(line(capability.rawValue, "state: \(support.state.rawValue)", support.page))
    }
    let traps = Trap.allCases.filter { dialect.traps[$0] != nil && finding($0) == .proven }
    if !traps.isEmpty { lines.append("traps:") }
    for trap in traps {
      guard let answer = dialect.traps[trap] else { continue }
      let text = oneLine(answer.text).replacingOccurrences(of: "'", with: "''")
      lines.append(line(trap.rawValue, "answer: '\(text)'", answer.page))
    }
    let refuted =
      Capability.allCases.filter { finding($0) == .refuted }.map(\.rawValue)
      + Trap.allCases.filter { finding($0) == .refuted }.map(\.rawValue)
    if !refuted.isEmpty { lines.append("# Refuted: \(refuted.joined(separator: ", "))") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ key: String, _ value: String, _ page: String?) -> String {
    "  \(key): {\(value), evidence: tested live" + (page.map { ", page: '\($0)'" } ?? "") + "}"
  }

  private func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
