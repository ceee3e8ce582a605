internal import SessionRunner
internal import WarehouseDriver

/// What `compare` found, as one table for all formats: counts, agreement per column, totals, then samples.
enum ComparisonTable {
  static func batch(_ report: ComparisonReport) -> RecordBatch {
    var table = RecordBatch(
      schema: [
        BatchColumn("compared", .text), BatchColumn("with", .text), BatchColumn("finding", .text),
        BatchColumn("id", .text), BatchColumn("column", .text), BatchColumn("rows", .int64),
        BatchColumn("here", .text), BatchColumn("there", .text),
      ])
    func add(
      _ compared: String, _ with: String, _ finding: String, id: String? = nil, column: String? = nil,
      rows: Int? = nil, here: String? = nil, there: String? = nil
    ) {
      let texts = [compared, with, finding, id, column]
      for (index, text) in texts.enumerated() {
        if let text { table.columns[index].append(text) } else { table.columns[index].appendNull() }
      }
      if let rows { table.columns[5].append(Int64(rows)) } else { table.columns[5].appendNull() }
      for (index, text) in [(6, here), (7, there)] {
        if let text { table.columns[index].append(text) } else { table.columns[index].appendNull() }
      }
    }
    for rows in report.rows {
      add(rows.kind, rows.other, "checksum", here: rows.checksumHere, there: rows.checksumThere)
      add(rows.kind, rows.other, "in common", rows: rows.inCommon)
      add(rows.kind, rows.other, "only here", rows: rows.onlyHere)
      add(rows.kind, rows.other, "only there", rows: rows.onlyThere)
      add(rows.kind, rows.other, "changed", rows: rows.changed)
      for (column, changed) in zip(rows.columns, rows.changedColumns).dropFirst() {
        add(rows.kind, rows.other, "agree", column: column, rows: rows.inCommon - changed)
      }
    }
    for total in report.totals {
      add(
        "totals", total.other, total.isEqual ? "agree" : "differ", column: total.metric, here: total.here,
        there: total.there)
    }
    for rows in report.rows {
      for sample in rows.samples {
        switch sample {
        case .onlyHere(let row):
          add(rows.kind, rows.other, "only here", id: row.values[0].text, here: shown(row, rows.columns))
        case .onlyThere(let row):
          add(rows.kind, rows.other, "only there", id: row.values[0].text, there: shown(row, rows.columns))
        case .changed(let here, let there):
          for (index, column) in rows.columns.enumerated() where here.values[index] != there.values[index] {
            add(
              rows.kind, rows.other, "changed", id: here.values[0].text, column: column,
              here: shown(here.values[index]), there: shown(there.values[index]))
          }
        }
      }
    }
    return table
  }

  private static func shown(_ row: ComparedRow, _ columns: [String]) -> String {
    zip(columns, row.values).dropFirst().filter { $0.1 != .null }.map { "\($0)=\($1.text)" }.joined(separator: " ")
  }

  private static func shown(_ value: ComparedValue) -> String? { value == .null ? nil : value.text }
}
