import Foundation

/// A fenced block of a page, and what the comment on the line before it says of it.
struct MarkdownBlock: Equatable {
  enum Use: Equatable {
    /// Commands for a shell; with the output that they must have where the block shows prompts.
    case commands
    /// `<!-- fails -->`: the same, where what is shown is a failure.
    case failing
    /// `<!-- file: NAME -->`: what a reader would write into that file.
    case file(String)
    /// `<!-- answers: NAME -->`: what a reader would write into the sections of that dialect's file.
    case answers(String)
    /// `<!-- not carried out: REASON -->`
    case shown(reason: String)
  }

  var line: Int
  var language: String
  var text: String
  var use: Use

  /// The languages of a block that a shell understands.
  private static let shells: Set<String> = ["", "sh", "console"]

  static func all(of page: String) -> [MarkdownBlock] {
    var blocks: [MarkdownBlock] = []
    var open: MarkdownBlock?
    var before = ""
    for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if var block = open {
        if line.hasPrefix("```") {
          blocks.append(block)
          open = nil
        } else {
          block.text += line + "\n"
          open = block
        }
      } else if line.hasPrefix("```") {
        let language = String(line.dropFirst(3))
        open = MarkdownBlock(line: index + 1, language: language, text: "", use: use(before, language))
      }
      before = String(line)
    }
    return blocks
  }

  private static func use(_ comment: String, _ language: String) -> Use {
    if let word = comment.wholeMatch(of: /<!-- file: (.+) -->/) { return .file(String(word.1)) }
    if let word = comment.wholeMatch(of: /<!-- answers: (.+) -->/) { return .answers(String(word.1)) }
    if let word = comment.wholeMatch(of: /<!-- not carried out: (.+) -->/) { return .shown(reason: String(word.1)) }
    if comment == "<!-- fails -->" { return .failing }
    // A block in another language that says nothing of itself is a command that fails, and so is found.
    return shells.contains(language) ? .commands : .shown(reason: "")
  }

  // MARK: Transcripts

  struct Step: Equatable {
    var line: Int
    var command: String
    /// nil where the page shows no output, and none is judged.
    var output: [String]?
  }

  /// The commands of a block: each after its prompt with what it prints, or the whole block as one.
  var steps: [Step] {
    guard text.hasPrefix("$ ") || text.contains("\n$ ") else { return [Step(line: line + 1, command: text)] }
    var steps: [Step] = []
    var end: String?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().enumerated() {
      if let last = end {
        steps[steps.count - 1].command += "\n" + line
        if line == last { end = nil }
      } else if line.hasPrefix("$ ") {
        steps.append(Step(line: self.line + 1 + index, command: String(line.dropFirst(2)), output: []))
        end = line.firstMatch(of: /<<'?(\w+)'?/).map { String($0.1) }
      } else if steps.isEmpty {
        steps.append(Step(line: self.line + 1 + index, command: "", output: [String(line)]))
      } else {
        steps[steps.count - 1].output?.append(String(line))
      }
    }
    return steps
  }
}
