/// What cannot be sessionized, as quarantine keeps it, and how it is found there again.
extension Planner {
  /// The bad rows of a run: those with a reason, and copies of an event that differ from the one that counts.
  func addRejected(
    _ picked: StepHandle, _ duplicates: StepHandle, to steps: inout RunSteps
  ) throws -> StepHandle {
    let c = duplicates.table(as: "c")
    let isOther = c[.variant].isGreater(than: .integer(1))
    let others = Relation.table(c).filter(isOther).project(
      [
        NamedExpression(.reason, .text(QuarantineReason.duplicateEventID.rawValue)),
        NamedExpression(.eventID, textOfID(c[.eventID])), .init("c", .userID),
        .init("c", .page), NamedExpression(.pageViewAt, .timestampText(c[.pageViewAt])),
      ], as: "bad")
    let k = picked.table(as: "k")
    // Where nothing is left of what could not be read, no step has a column for it.
    func read(_ column: Column) -> Expression { picked.has(column) ? k[column] : .null(.text) }
    let bad = rejected(.table(k), "k", unread: (read(.rawEventID), read(.rawTime)), as: "bad")
    return try steps.add(
      .rejected, notYetQuarantined(.distinct(.unionAll([bad, others], alias: "bad"), alias: "bad"), as: "rejected"))
  }

  func textOfID(_ id: Expression) -> Expression { idType == .integer ? .decimalText(id) : id }

  /// The rows of a selection (under `alias`) that have a reason, as quarantine knows them: empty keys are NULL there
  /// too, and what is no id or time stays as it stood. Derived ids are not told.
  func rejected(
    _ rows: Relation, _ alias: String, unread: (eventID: Expression, time: Expression), as result: String
  ) -> Relation {
    func r(_ column: Column) -> Expression { .column(alias, column) }
    func nonEmpty(_ text: Expression) -> Expression {
      // Of NULL it does not hold.
      let isThere = text.differs(from: .text(""), .bytes)
      return text.isNullConstant ? text : .choose([Branch(isThere, then: text)], otherwise: .null(.text))
    }
    let event: Expression =
      if job.source.eventID == nil {
        .null(.text)
      } else if idType == .text {
        nonEmpty(r(.eventID))
      } else {
        .choose(
          [
            Branch(unread.eventID.isPresent, then: nonEmpty(unread.eventID)),
            Branch(r(.eventID).isPresent, then: .decimalText(r(.eventID))),
          ].filter { !$0.then.isNullConstant }, otherwise: .null(.text))
      }
    let time = Expression.choose(
      [Branch(r(.pageViewAt).isPresent, then: .timestampText(r(.pageViewAt)))], otherwise: nonEmpty(unread.time))
    return rows.filter(r(.reason).isPresent).project(
      [
        NamedExpression(.reason, .present(r(.reason))), NamedExpression(.eventID, event),
        NamedExpression(.userID, nonEmpty(r(.userID))), .init(alias, .page), NamedExpression(.pageViewAt, time),
      ], as: result)
  }

  /// Those of some quarantine rows (under alias `b`) that are not in quarantine yet, NULL equal to NULL.
  func notYetQuarantined(_ rows: Relation, as alias: String) -> Relation {
    let q = ledger(.sessionQuarantine, as: "q")
    let content: [Column] = [.reason, .eventID, .userID, .pageViewAt, .page]
    func isThere(_ alias: String) -> Expression {
      .and(
        content.map { column in
          column == .reason
            ? q[column].equals(.column(alias, column), .bytes) : .isSame(q[column], .column(alias, column), .bytes)
        })
    }
    let keyed = rows.project(
      content.map { NamedExpression("bad", $0) } + [
        NamedExpression(.rowKey, rowKey(content.map { .column("bad", $0) }))
      ],
      as: "keyed")
    var missing = Relation.notExists(
      .computedOnce(keyed), .table(q),
      on: .and([q[.rowKey].equals(.column("keyed", .rowKey), .bytes), isThere("keyed")]))
    if bound.isUpgraded {
      // Rows of layout 1 have no key.
      missing = .notExists(missing, Relation.table(q).filter(.isNull(q[.rowKey])), on: isThere("keyed"))
    }
    return missing.project((content + [.rowKey]).map { NamedExpression("keyed", $0) }, as: alias)
  }

  /// A text of at most 1,024 bytes by which a row is found in quarantine whatever its fault: the reason, then the other
  /// values, each with its length, of long ones only that. Rows of one key are then compared whole, so that the key decides nothing.
  func rowKey(_ values: [Expression]) -> Expression {
    let longest: Int64 = 180
    func part(_ value: Expression) -> Expression {
      let length = Expression.byteLength(.present(value))
      return .choose(
        [
          // Of NULL it does not hold.
          Branch(
            length.isAtMost(.integer(longest)),
            then: .concatenate([.text("|"), .decimalText(length), .text(":"), .present(value)])),
          Branch(value.isPresent, then: .concatenate([.text("|"), .decimalText(length), .text(":#")])),
        ], otherwise: .text("|-"))
    }
    // The reason is never NULL, and one of a few words.
    return .concatenate([.present(values[0])] + values.dropFirst().map(part))
  }
}
