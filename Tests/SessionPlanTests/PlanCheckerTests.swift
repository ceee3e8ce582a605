import SessionPlan
import Testing

/// Each rule, broken by a plan made by hand. The same plan without the fault passes.
@Suite struct PlanCheckerTests {
  static let events = TableReference(
    .stored(ObjectName("events")), alias: "e",
    columns: [
      SchemaColumn("event_id", .text), SchemaColumn("user_id", .text), SchemaColumn("at", .timestamp),
      SchemaColumn("page", .text, nullable: true), SchemaColumn("n", .integer),
    ], keys: [["event_id"]])
  static func e(_ name: String) -> Expression { .column(ColumnReference("e", name)) }
  static func query(_ relation: Relation, order: [OrderTerm] = []) -> Statement {
    .query(Query(relation, order: order))
  }
  static func project(_ expression: Expression) -> Statement {
    query(.project(.table(events), [NamedExpression("x", expression)], alias: "o"))
  }
  static func filter(_ expression: Expression) -> Statement { query(.filter(.table(events), expression)) }
  static func window(_ function: WindowColumn.Function, order: [OrderTerm], name: String = "w") -> Statement {
    query(
      .window(
        .table(events),
        [WindowColumn(name, function, partition: [OrderKey(e("user_id"), .bytes)], order: order)], alias: "w"))
  }
  static func insert(_ column: SchemaColumn, _ value: Expression) -> Statement {
    .insert(
      Insert(
        into: ObjectName("t"), columns: [column],
        query: Query(.project(.table(events), [NamedExpression("x", value)], alias: "o"))))
  }
  static let byID = OrderTerm(e("event_id"), .bytes)

  struct Fault: CustomTestStringConvertible, Sendable {
    var says: String
    var statement: Statement
    var testDescription: String { says }
    init(_ says: String, _ statement: Statement) {
      self.says = says
      self.statement = statement
    }
  }

  static let faults: [Fault] = [
    Fault("there is no column e.nothing", project(e("nothing"))),
    Fault("there is no column z.page", project(.column(ColumnReference("z", "page")))),
    Fault("there is no step later", query(.table(TableReference(.step("later"), alias: "s", columns: [])))),
    Fault("a condition is expected", filter(e("n"))),
    Fault("a value is expected", project(.isNull(e("page")))),
    Fault("a value is expected", project(.coalesce([.isNull(e("page"))]))),
    Fault("compared by value", filter(.compare(.equal, e("user_id"), e("user_id"), .value))),
    Fault("compared by bytes", filter(.compare(.equal, e("n"), e("n"), .bytes))),
    Fault("e.at is timestamp", filter(.compare(.less, e("n"), e("at"), .value))),
    Fault(
      "where instant is expected",
      filter(.gapExceeds(previous: e("at"), current: e("at"), gap: .standard, boundary: .new))),
    Fault("where integer is expected", project(.add(e("n"), e("user_id")))),
    Fault("where text is expected", project(.concatenate([e("user_id"), e("n")]))),
    Fault("where timestamp is expected", project(.day(of: e("page")))),
    Fault("different types", project(.coalesce([e("page"), e("n")]))),
    Fault("coalesce of nothing", project(.coalesce([]))),
    Fault("different types", project(.choose([Branch(.isNull(e("page")), then: e("n"))], otherwise: e("page")))),
    Fault("a condition is expected", project(.choose([Branch(e("n"), then: e("n"))], otherwise: e("n")))),
    Fault("a single value", project(.scalar(.table(events)))),
    Fault("not total", query(.table(events), order: [OrderTerm(e("at"), .value)])),
    Fault("not total", window(.rowNumber, order: [OrderTerm(e("at"), .value)])),
    Fault("not total", window(.rowNumber, order: [])),
    Fault("where NULL goes", query(.table(events), order: [OrderTerm(e("page"), .bytes), byID])),
    Fault("compared by value", query(.table(events), order: [OrderTerm(e("event_id"), .value)])),
    Fault("no integer", window(.runningSum(e("page")), order: [byID])),
    Fault("two columns n", window(.rowNumber, order: [byID], name: "n")),
    Fault(
      "two columns x",
      query(.project(.table(events), [NamedExpression("x", e("n")), NamedExpression("x", e("n"))], alias: "o"))),
    Fault("both sides of a join are called e", query(.join(.table(events), .table(events), .inner, on: .and([])))),
    Fault("no integer", query(.aggregate(.table(events), by: [], [AggregateColumn("s", .sum(e("page")))], alias: "a"))),
    Fault(
      "different columns",
      query(
        .unionAll(
          [
            .table(events), .distinct(.project(.table(events), [NamedExpression("x", e("n"))], alias: "o"), alias: "d"),
          ], alias: "u"))),
    Fault("a union of nothing", query(.unionAll([], alias: "u"))),
    Fault(
      "1 columns",
      query(.values(columns: [SchemaColumn("a", .integer)], rows: [[.integer(1), .integer(2)]], alias: "v"))),
    Fault(
      "there may be several",
      query(
        .project(
          .values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "v"),
          [NamedExpression("x", .scalar(.project(.table(events), [NamedExpression("n", e("n"))], alias: "s")))],
          alias: "o"))),
    Fault("may not be NULL", insert(SchemaColumn("page", .text), e("page"))),
    Fault("the value is integer", insert(SchemaColumn("page", .text), e("n"))),
    Fault(
      "1 values for 0 columns",
      .insert(
        Insert(
          into: ObjectName("t"), columns: [],
          query: Query(.project(.table(events), [NamedExpression("x", e("n"))], alias: "o"))))),
    Fault(
      "a column twice",
      .createTable(
        TableDefinition(
          name: ObjectName("t"), columns: [.init(SchemaColumn("a", .text)), .init(SchemaColumn("a", .text))]))),
    Fault(
      "is no column of t",
      .createTable(
        TableDefinition(name: ObjectName("t"), columns: [.init(SchemaColumn("a", .text))], primaryKey: ["b"]))),
    Fault(
      "is no column of the step",
      .createScratch(ScratchDefinition(name: "s", query: Query(.table(events)), lookup: ["nothing"]))),
  ]

  @Test(arguments: faults) func isRefused(fault: Fault) {
    #expect {
      try PlanChecker().check(Plan(name: "plan", steps: [.init("step", "", fault.statement)]))
    } throws: { error in
      guard let error = error as? PlanError else { return false }
      #expect(error.message.contains(fault.says), "\(error)")
      return error.code == .malformed && error.path == ["plan", "step"]
    }
  }

  static let sound: [Statement] = [
    project(e("page")), filter(.isNull(e("page"))), filter(.compare(.equal, e("user_id"), e("user_id"), .bytes)),
    query(.table(events), order: [OrderTerm(e("page"), .bytes, nulls: .first), byID]),
    window(.rowNumber, order: [OrderTerm(e("at"), .value), byID]),
    window(.runningSum(e("n")), order: [byID]),
    insert(SchemaColumn("page", .text), .coalesce([e("page"), .literal(.text(""))])),
    insert(SchemaColumn("page", .text, nullable: true), e("page")),
  ]

  @Test(arguments: sound) func passes(statement: Statement) throws {
    var checker = PlanChecker()
    try checker.check(statement)
  }

  // MARK: Keys

  static func c(_ alias: String, _ name: String) -> Expression { .column(ColumnReference(alias, name)) }
  /// `event_id` and `n`, the events under another name.
  static func other(_ alias: String) -> Relation {
    var table = events
    table.alias = alias
    return .project(
      .table(table), ["event_id", "n"].map { NamedExpression($0, c(alias, $0)) }, alias: alias)
  }
  static func same(_ a: Expression, _ b: Expression) -> Expression { .compare(.equal, a, b, .bytes) }
  static func ordered(_ relation: Relation, by terms: OrderTerm...) -> Query { Query(relation, order: terms) }
  static let numbered = Relation.window(
    .table(events),
    [
      WindowColumn(
        "rank", .rowNumber, partition: [OrderKey(e("user_id"), .bytes)], order: [OrderTerm(e("at"), .value), byID])
    ], alias: "w")

  /// What the checker finds out by itself of the rows of a relation.
  static let derived: [(String, Query)] = [
    ("a filter keeps keys", ordered(.filter(.table(events), .isNull(e("page"))), by: byID)),
    (
      "a key has another name",
      ordered(
        .project(.table(events), [NamedExpression("id", e("event_id"))], alias: "o"),
        by: OrderTerm(c("o", "id"), .bytes))
    ),
    (
      "row numbers of a partition",
      ordered(numbered, by: OrderTerm(c("w", "user_id"), .bytes), OrderTerm(c("w", "rank"), .value))
    ),
    (
      "the first row of each partition",
      ordered(
        .filter(numbered, .compare(.equal, c("w", "rank"), .literal(.integer(1)), .value)),
        by: OrderTerm(c("w", "user_id"), .bytes))
    ),
    (
      "a group",
      ordered(
        .aggregate(
          .table(events), by: [NamedExpression("page", e("page"))], [AggregateColumn("c", .count)], alias: "g"),
        by: OrderTerm(c("g", "page"), .bytes, nulls: .first))
    ),
    (
      "one row",
      ordered(
        .aggregate(.table(events), by: [], [AggregateColumn("c", .count)], alias: "g"),
        by: OrderTerm(c("g", "c"), .value))
    ),
    (
      "distinct rows",
      ordered(
        .distinct(.project(.table(events), [NamedExpression("n", e("n"))], alias: "o"), alias: "d"),
        by: OrderTerm(c("d", "n"), .value))
    ),
    (
      "at most one row on the right for each on the left",
      ordered(.join(.table(events), other("o"), .left, on: same(c("o", "event_id"), e("page"))), by: byID)
    ),
    (
      "pairs",
      ordered(.join(.table(events), other("o"), .inner, on: .and([])), by: byID, OrderTerm(c("o", "event_id"), .bytes))
    ),
    (
      "an anti-join keeps keys",
      ordered(.notExists(.table(events), other("o"), on: same(c("o", "event_id"), e("event_id"))), by: byID)
    ),
    (
      "a union whose parts have marks",
      ordered(
        .unionAll(
          [1, 2].map { mark in
            .project(
              .table(events),
              [NamedExpression("id", e("event_id")), NamedExpression("mark", .literal(.integer(mark)))],
              alias: "u")
          }, alias: "u"), by: OrderTerm(c("u", "id"), .bytes), OrderTerm(c("u", "mark"), .value))
    ),
    (
      "a declared key",
      ordered(.unique(.table(events), [RowKey(["n"], because: "the test says so")]), by: OrderTerm(e("n"), .value))
    ),
  ]

  /// Where it must not: two rows may agree in all that the order names.
  static let notDerived: [(String, Query)] = [
    (
      "a key was left out",
      ordered(.project(.table(events), [NamedExpression("n", e("n"))], alias: "o"), by: OrderTerm(c("o", "n"), .value))
    ),
    (
      "a key was computed with",
      ordered(
        .project(.table(events), [NamedExpression("event_id", .sourceText(e("event_id")))], alias: "o"),
        by: OrderTerm(c("o", "event_id"), .bytes))
    ),
    ("row numbers without their partition", ordered(numbered, by: OrderTerm(c("w", "rank"), .value))),
    (
      "the second and the third row of each partition",
      ordered(
        .filter(numbered, .compare(.greater, c("w", "rank"), .literal(.integer(1)), .value)),
        by: OrderTerm(c("w", "user_id"), .bytes))
    ),
    (
      "a join with many",
      ordered(.join(.table(events), other("o"), .inner, on: .compare(.equal, c("o", "n"), e("n"), .value)), by: byID)
    ),
    (
      "the right side of a left join",
      ordered(
        .project(
          .join(.table(events), other("o"), .left, on: same(c("o", "event_id"), e("event_id"))),
          [NamedExpression("id", .present(c("o", "event_id")))], alias: "p"), by: OrderTerm(c("p", "id"), .bytes))
    ),
    (
      "a union of rows that may be the same",
      ordered(
        .unionAll(
          [1, 2].map { _ in .project(.table(events), [NamedExpression("id", e("event_id"))], alias: "u") }, alias: "u"),
        by: OrderTerm(c("u", "id"), .bytes))
    ),
  ]

  @Test(arguments: derived.indices) func findsKeys(index: Int) {
    let (name, query) = Self.derived[index]
    #expect(throws: Never.self, "\(name)") { try PlanChecker().columns(of: query) }
  }

  @Test(arguments: notDerived.indices) func findsNoKeyWhereThereIsNone(index: Int) {
    let (name, query) = Self.notDerived[index]
    #expect { try PlanChecker().columns(of: query) } throws: { error in
      #expect("\(error)".contains("not total"), "\(name): \(error)")
      return (error as? PlanError)?.code == .malformed
    }
  }

  @Test func aLookUpFindsOneRow() {
    func looksUp(by order: [OrderTerm]) -> Query {
      let lookup = Lookup(
        Self.e("page"), from: .table(Self.events), matching: Self.same(Self.e("user_id"), .literal(.text("a"))),
        order: order)
      let one = Relation.values(columns: [SchemaColumn("one", .integer)], rows: [[.integer(1)]], alias: "v")
      return Query(.project(one, [NamedExpression("x", .lookup(lookup))], alias: "p"))
    }
    #expect(throws: Never.self) { try PlanChecker().columns(of: looksUp(by: [Self.byID])) }
    #expect(throws: PlanError.self) { try PlanChecker().columns(of: looksUp(by: [OrderTerm(Self.e("at"), .value)])) }
  }

  @Test func aDeclaredKeyHasColumns() {
    let wrong = Relation.unique(.table(Self.events), [RowKey(["nothing"], because: "the test says so")])
    #expect(throws: PlanError.self) { try PlanChecker().columns(of: Query(wrong)) }
  }

  @Test func aFilterProvesPresence() throws {
    let present = Relation.filter(.table(Self.events), .not(.isNull(Self.e("page"))))
    let columns = try PlanChecker().columns(of: Query(present))
    #expect(columns.first { $0.name == "page" }?.isNullable == false)
  }

  @Test func aLeftJoinMakesNullable() throws {
    var other = Self.events
    other.alias = "o"
    let on = Expression.compare(.equal, Self.e("event_id"), .column(ColumnReference("o", "event_id")), .bytes)
    let columns = try PlanChecker().columns(
      of: Query(
        .project(
          .join(.table(Self.events), .table(other), .left, on: on),
          [NamedExpression("mine", Self.e("n")), NamedExpression("theirs", .column(ColumnReference("o", "n")))],
          alias: "p")))
    #expect(columns.map(\.isNullable) == [false, true])
  }
}
