package import SQLRendering
package import SessionPlan

/// A plan in two dialects, side by side, with the answers that make the difference.
///
/// Which answers those are is found by trial, not read from a list: the other dialect's answer is put in, and whoever
/// changes the statement is one of them.
package struct DialectComparison: Sendable {
  /// A step or a named subquery of the plan, in both dialects.
  package struct Node: Sendable {
    package var name: String
    package var purpose: String
    /// Its SQL, or why there is none; empty where the plan in this dialect has no such node.
    package var here: [String]
    package var there: [String]
    package var answers: [Answer]
  }

  /// A key of dialects whose two values make a statement, or the plan itself, another one.
  package struct Answer: Hashable, Sendable {
    package var key: String
    package var meaning: String
    package var here: String
    package var there: String
    /// What the key guards against.
    package var traps: [Trap]
  }

  /// Answers that make another plan of the job: other nodes, or other rows in them. And those about quotes of names,
  /// which would make nearly every line another one.
  package let planAnswers: [Answer]
  package let nodes: [Node]

  /// - Parameter plan: the job's plan for a dialect
  /// - Throws: what `plan` throws for the two dialects as they are
  package init(_ here: Dialect, _ there: Dialect, plan: (Dialect) throws -> Plan) throws {
    let differing = DialectKey.all.filter { $0.value(in: here) != $0.value(in: there) }
    let (left, right) = (try plan(here), try plan(there))

    func answer(_ key: DialectKey) -> Answer {
      Answer(
        key: key.path, meaning: key.meaning, here: YAMLWriting.flow(key.value(in: here)),
        there: YAMLWriting.flow(key.value(in: there)), traps: key.traps)
    }
    planAnswers = differing.filter { key in
      if key.section == "identifiers" { return true }
      guard ["profile", "capabilities"].contains(key.section) else { return false }
      return (try? plan(here.taking(key, from: there))) != left || (try? plan(there.taking(key, from: here))) != right
    }.map(answer)

    let (here, there) = (here.quoted(as: there), there.quoted(as: here))
    let trials = differing.filter { Self.sections.contains($0.section) }.map {
      (key: $0, here: here.taking($0, from: there), there: there.taking($0, from: here))
    }
    let (ours, theirs) = (PlanNode.all(of: left), PlanNode.all(of: right))
    nodes = Alignment.matched(ours.map(\.name), theirs.map(\.name)).map { row in
      let (our, their) = (row.here.map { ours[$0] }, row.there.map { theirs[$0] })
      let guilty = trials.filter { trial in
        our?.isChanged(from: here, to: trial.here) ?? false || their?.isChanged(from: there, to: trial.there) ?? false
      }
      return Node(
        name: (our ?? their)?.name ?? "", purpose: (our ?? their)?.purpose ?? "", here: our?.texts(here) ?? [],
        there: their?.texts(there) ?? [], answers: guilty.map { answer($0.key) })
    }
  }

  /// What the renderer reads; the other sections are the planner's, the scripts' and the backend's.
  private static let sections = ["literals", "types", "tables", "rights", "queries", "templates"]
}

extension Dialect {
  /// Its names as both can be shown, where the two quote them in different ways: in quotes where they must be.
  fileprivate func quoted(as other: Dialect) -> Dialect {
    let (mine, others) = (identifiers, other.identifiers)
    if mine.quotesWhenNeeded == others.quotesWhenNeeded, mine.openQuote == others.openQuote { return self }
    var dialect = self
    dialect.identifiers.quotesWhenNeeded = true
    return dialect
  }

  /// This dialect with one answer of another.
  fileprivate func taking(_ key: DialectKey, from other: Dialect) -> Dialect {
    var dialect = self
    key.set(&dialect, key.get(other))
    return dialect
  }
}
