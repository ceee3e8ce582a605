"""BigQuery's scripts on Google's own analyzer and reference engine, ZetaSQL: what it refuses, BigQuery refuses.

It has queries, but no tables that change: a table here is a list of rows of its values, and what a statement makes or
inserts is what it says for the query in it.
"""
import re

from zetasql.api import Analyzer, CatalogBuilder, TableBuilder
from zetasql.api.prepared_query import PreparedQuery
from zetasql.types import (
    AnalyzerOptions, LanguageFeature, LanguageOptions, TableContent, TableData, TypeKind,
    ZetaSQLBuiltinFunctionOptions,
)

TYPES = {"STRING": TypeKind.TYPE_STRING, "INT64": TypeKind.TYPE_INT64, "DATETIME": TypeKind.TYPE_DATETIME}
NAMES = {kind: name for name, kind in TYPES.items()}
NAME = r"`?([\w.]+)`?"


class Table:
    def __init__(self, columns, rows=()):
        """Columns are (name, type, whether it may be NULL)."""
        self.columns = columns
        self.rows = list(rows)


class ZetaSQL:
    language = None

    def __init__(self, number):
        if ZetaSQL.language is None:
            ZetaSQL.language = LanguageOptions.maximum_features()
            # BigQuery has collations; they are not among the features that are always there.
            ZetaSQL.language.enabled_language_features += [
                LanguageFeature.FEATURE_ANNOTATION_FRAMEWORK, LanguageFeature.FEATURE_COLLATION_SUPPORT,
            ]
        self.options = AnalyzerOptions(language_options=self.language)
        self.tables = {}
        self.views = {}

    def close(self):
        pass

    def rows(self, sql):
        result = self.query(sql)
        return [[text(value) for value in row.cell] for row in result.rows]

    def run(self, sql):
        sql = "\n".join(line for line in sql.split("\n") if not line.startswith("--")).strip()
        if re.match(r"(BEGIN|COMMIT) TRANSACTION", sql):
            return
        if re.match(r"SELECT|WITH", sql):
            self.query(sql)
            return
        if found := re.match(rf"DROP TABLE {NAME}$", sql):
            del self.tables[found[1]]
        elif found := re.match(rf"CREATE OR REPLACE VIEW {NAME} AS\n(.*)", sql, re.DOTALL):
            self.query(found[2])
            self.views[found[1]] = found[2]
        elif found := re.match(rf"CREATE (?:TEMP )?TABLE {NAME} AS\n(.*)", sql, re.DOTALL):
            self.tables[found[1]] = self.query(found[2])
        elif found := re.match(rf"CREATE TABLE (?:IF NOT EXISTS )?{NAME} \(\n?(.*?)\n?\)(?:\nDEFAULT COLLATE '')?(\nCLUSTER BY .*)?$", sql, re.DOTALL):
            self.analyze(sql)
            if found[1] not in self.tables:
                self.tables[found[1]] = Table(list(columns(found[2])))
        elif found := re.match(rf"INSERT INTO {NAME} \(([^)]*)\)\n?(.*)", sql, re.DOTALL):
            self.insert(sql, found[1], [name.strip(" `\n") for name in found[2].split(",")], found[3].strip())
        else:
            raise ValueError("not a statement of a script: " + sql[:200])

    def insert(self, sql, name, names, query):
        self.analyze(sql)
        table = self.tables[name]
        if query.startswith("VALUES"):
            kinds = {column: NAMES[kind] for column, kind, _ in table.columns}
            query = selects(query, [kinds[column] for column in names])
        result = self.query(query)
        places = {column: index for index, column in enumerate(names)}
        for row in result.rows:
            cells = []
            for column, kind, is_nullable in table.columns:
                value = row.cell[places[column]] if column in places else null()
                if text(value) is None and not is_nullable:
                    raise ValueError(f"NOT NULL constraint failed: {name}.{column}")
                cells.append(value)
            table.rows.append(TableData.Row(cell=cells))

    def catalog(self):
        builder = CatalogBuilder("here")
        for name, table in self.tables.items():
            made = TableBuilder(name)
            for column, kind, _ in table.columns:
                made = made.add_column(column, kind)
            builder = builder.add_table(made.build())
        return builder.with_builtin_functions(ZetaSQLBuiltinFunctionOptions(language_options=self.language)).build()

    def analyze(self, sql):
        """Refuses what the analyzer does."""
        Analyzer(self.options, self.catalog()).analyze_statement(sql)

    def query(self, sql):
        """The result of a query; the views that it reads are computed first."""
        views = [name for name in self.views if re.search(rf"\b(FROM|JOIN) `?{name}`?\b", sql)]
        for name in views:
            self.tables[name] = self.query(self.views[name])
        builder = PreparedQuery.builder().set_sql(sql).set_analyzer_options(self.options).set_catalog(self.catalog())
        with builder.set_table_content(self.contents()).prepare() as prepared:
            result = prepared.execute()
            found = [(column.name, column.type.type_kind, True) for column in prepared.columns]
        for name in views:
            del self.tables[name]
        content = result.content.table_data
        return Table(found, content.row if content else [])

    def contents(self):
        return {
            name: TableContent(table_data=TableData(row=table.rows)) for name, table in self.tables.items()
        }


def null():
    from zetasql.types import Value

    return Value()


def columns(definitions):
    for line in re.split(r",\s*\n?\s*(?![^(]*\))", definitions):
        if found := re.match(rf"\s*{NAME} (\w+)(?:\(\d+\))?( NOT NULL)?\s*$", line):
            yield found[1], TYPES[found[2]], not found[3]


def selects(values, types):
    """`VALUES (a, b), (c, d)` as SELECTs, each value in the type of its column."""
    rows, items, depth, start, quoted, escaped = [], [], 0, 0, False, False
    for index, character in enumerate(values):
        if quoted:
            quoted = escaped or character != "'"
            escaped = not escaped and character == "\\"
        elif character == "'":
            quoted = True
        elif character == "(":
            depth += 1
            if depth == 1:
                items, start = [], index + 1
        elif character in ",)" and depth == 1:
            items.append(values[start:index])
            start = index + 1
            if character == ")":
                depth = 0
                rows.append("SELECT " + ", ".join(f"CAST({item} AS {kind})" for item, kind in zip(items, types)))
        elif character == ")":
            depth -= 1
    return "\nUNION ALL\n".join(rows)


def text(value):
    if value.string_value is not None:
        return value.string_value
    if value.int64_value is not None:
        return str(value.int64_value)
    if value.datetime_value is not None:
        bits = value.datetime_value.bit_field_datetime_seconds
        year, month, day = bits >> 26, bits >> 22 & 15, bits >> 17 & 31
        hour, minute, second = bits >> 12 & 31, bits >> 6 & 63, bits & 63
        micros = (value.datetime_value.nanos or 0) // 1000
        return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}"
    if value.bool_value is not None:
        return str(value.bool_value).lower()
    if value.numeric_value is not None:
        return numeric(value.numeric_value)
    if value.double_value is not None:
        return str(value.double_value)
    return None


def numeric(data):
    """NUMERIC as ZetaSQL packs it: a little-endian whole number of billionths."""
    number = int.from_bytes(data, "little", signed=True)
    sign, number = ("-", -number) if number < 0 else ("", number)
    whole, part = divmod(number, 1_000_000_000)
    return f"{sign}{whole}" + (f".{part:09}".rstrip("0") if part else "")
