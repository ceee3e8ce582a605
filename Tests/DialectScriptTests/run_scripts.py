"""Carries out SQL scripts on an engine that runs inside Python, translated or as they are, or only parses them.

Reads one JSON request from standard input, writes one JSON reply to standard output:

    {"task": "engines"}                          -> {"duckdb": "2.0.1", "sqlglot": "30.30.0"}
    {"task": "run", "engine": …, "cases": [{"name", "statements", "exports"}]}
                                                 -> [{"name", "exports": [[[text or null]]]} or {"name", "error"}]
    {"task": "translate", "dialect": …, "cases": […]}
                                                 -> {"replies": [the same], "unused": ["correction that none needs"]}
    {"task": "parse", "parser": …, "dialect": …, "statements": […]}
                                                 -> {"read": 7, "faults": ["what is wrong, and where"], "unused": […]}
"""
import json
import sys
from datetime import datetime
from decimal import Decimal

# Beside the tests' sources nothing else may lie.
sys.dont_write_bytecode = True
from parsers import parse, version

def engines():
    found = {}
    for name, package in {
        "duckdb": "duckdb", "clickhouse": "chdb", "sqlglot": "sqlglot", "sqlfluff": "sqlfluff", "bigquery": "zetasql",
    }.items():
        try:
            found[name] = version(package)
        except ImportError:
            pass
    return found


def text(value):
    if value is None:
        return None
    if isinstance(value, datetime):
        return f"{value.year:04}-{value:%m-%d %H:%M:%S}.{value.microsecond:06}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


class DuckDB:
    def __init__(self, number):
        import duckdb

        self.connection = duckdb.connect()

    def rows(self, sql):
        return [[text(value) for value in row] for row in self.connection.execute(sql).fetchall()]

    def run(self, sql):
        self.connection.execute(sql)

    def close(self):
        self.connection.close()


def whole(value):
    """A whole number of a decimal type without its zeros, as an engine with one type of numbers has it."""
    return value.removesuffix(".000000000000") if value else value


class TranslatedDuckDB(DuckDB):
    """DuckDB for statements of another dialect."""

    def __init__(self, translator):
        super().__init__(0)
        self.translator = translator
        self.connection.execute("SET threads = 1")
        for sql in translator.preparations():
            self.connection.execute(sql)

    def rows(self, sql):
        (translated,) = self.translator.statements(sql)
        return [[whole(value) for value in row] for row in super().rows(translated)]

    def run(self, sql):
        for translated in self.translator.statements(sql):
            super().run(translated)


class ClickHouse:
    session = None

    def __init__(self, number):
        from chdb import session

        if ClickHouse.session is None:
            ClickHouse.session = session.Session()
        self.run(f"CREATE DATABASE case_{number}")
        self.run(f"USE case_{number}")

    def rows(self, sql):
        lines = str(ClickHouse.session.query(sql, "JSONCompactStringsEachRow")).split("\n")
        # NULL stands there as ᴺᵁᴸᴸ.
        return [[None if v == "ᴺᵁᴸᴸ" else v for v in json.loads(line)] for line in lines if line]

    def run(self, sql):
        ClickHouse.session.query(sql, "Null")

    def close(self):
        pass


def play(cases, make):
    replies = []
    for number, case in enumerate(cases):
        try:
            engine = make(number)
            for sql in case["statements"]:
                engine.run(sql)
            replies.append({"name": case["name"], "exports": [engine.rows(sql) for sql in case["exports"]]})
            engine.close()
        except Exception as error:  # The reply says what was wrong.
            replies.append({"name": case["name"], "error": str(error)[:2000]})
    return replies


def bigquery(number):
    from zetasql_engine import ZetaSQL

    return ZetaSQL(number)


def run(request):
    return play(request["cases"], {"duckdb": DuckDB, "clickhouse": ClickHouse, "bigquery": bigquery}[request["engine"]])


def translate(request):
    from translation import Translator

    translator = Translator(request["dialect"])
    replies = play(request["cases"], lambda _: TranslatedDuckDB(translator))
    return {"replies": replies, "unused": translator.unused()}


if __name__ == "__main__":
    request = json.load(sys.stdin)
    tasks = {"engines": lambda _: engines(), "run": run, "translate": translate, "parse": parse}
    json.dump(tasks[request["task"]](request), sys.stdout)
