internal import SQLRendering

extension DialectKey {
  /// The parts of `odbc.spool` that are statements, all of them needed, with their placeholders.
  static let spoolStatements: [(name: String, placeholders: Placeholders)] = [
    ("limited", "query rows"), ("create", "name position query"), ("fill", "name query columns values"),
    ("page", "name position columns first last"), ("drop", "name"),
  ]

  static let spool = DialectKey(
    path: "odbc.spool", kind: .spool, isOptional: true,
    meaning: "How long results are read in constant memory where a driver (`drivers`: file name and version, or its "
      + "beginning) would hold them whole: `limited` is the query {query} with at most {rows} rows, left to the driver "
      + "if there are no more. Else `create` makes an empty temporary table {name} with the query's columns after one "
      + "that numbers the rows, {position}; `fill` fills it in the query's order ({values} are the {columns} of a row "
      + "called r); `page` gives the rows {first} to {last}; `drop` takes the table away. ~ where no driver does.",
    standard: KeyValue.none,
    example: .mapping([
      "drivers": .list(["libmaodbc.so 03.01"]), "limited": .text("{query} LIMIT {rows}"),
      "create": .text("CREATE TEMPORARY TABLE {name} ({position} …) SELECT * FROM ({query}) q LIMIT 0"),
      "fill": .text(
        "BEGIN NOT ATOMIC FOR r IN ({query}) DO INSERT INTO {name} ({columns}) VALUES ({values}); END FOR; END"),
      "page": .text("SELECT {columns} FROM {name} WHERE {position} BETWEEN {first} AND {last} ORDER BY {position}"),
      "drop": .text("DROP TEMPORARY TABLE {name}"),
    ]),
    get: { dialect in
      guard let spool = dialect.odbc.spool else { return .none }
      return .mapping([
        "drivers": .list(spool.drivers), "limited": .text(spool.limited), "create": .text(spool.create),
        "fill": .text(spool.fill), "page": .text(spool.page), "drop": .text(spool.drop),
      ])
    },
    set: { dialect, value in
      guard case .mapping = value else {
        dialect.odbc.spool = nil
        return
      }
      func text(_ name: String) -> String { value[name]?.text ?? "" }
      dialect.odbc.spool = .init(
        drivers: value["drivers"]?.list ?? [], limited: text("limited"), create: text("create"), fill: text("fill"),
        page: text("page"), drop: text("drop"))
    })
}
