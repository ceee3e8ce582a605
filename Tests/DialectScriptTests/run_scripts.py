"""Carries out SQL scripts on an engine that runs inside Python, or only parses them.

Reads one JSON request from standard input, writes one JSON reply to standard output:

    {"task": "engines"}                          -> {"duckdb": "2.0.1", "sqlglot": "30.30.0"}
    {"task": "run", "engine": …, "cases": [{"name", "statements", "exports"}]}
                                                 -> [{"name", "exports": [[[text or null]]]} or {"name", "error"}]
    {"task": "parse", "dialect": …, "statements": […]} -> ["what is wrong, and where"]
"""
import importlib
import json
import sys
from datetime import datetime
from decimal import Decimal


def engines():
    found = {}
    for name, package in {"duckdb": "duckdb", "clickhouse": "chdb", "sqlglot": "sqlglot"}.items():
        try:
            module = importlib.import_module(package)
            found[name] = str(getattr(module, "__version__", "unknown"))
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


def run(request):
    make = {"duckdb": DuckDB, "clickhouse": ClickHouse}[request["engine"]]
    replies = []
    for number, case in enumerate(request["cases"]):
        try:
            engine = make(number)
            for sql in case["statements"]:
                engine.run(sql)
            replies.append({"name": case["name"], "exports": [engine.rows(sql) for sql in case["exports"]]})
            engine.close()
        except Exception as error:  # The reply says what was wrong.
            replies.append({"name": case["name"], "error": str(error)[:2000]})
    return replies


def parse(request):
    import logging

    import sqlglot

    logging.disable(logging.WARNING)
    faults = []
    for sql in request["statements"]:
        try:
            sqlglot.parse(sql, read=request["dialect"] or None, error_level=sqlglot.ErrorLevel.RAISE)
        except Exception as error:
            faults.append(f"{error}"[:500] + "\n" + sql[:200])
    return faults


request = json.load(sys.stdin)
reply = {"engines": lambda _: engines(), "run": run, "parse": parse}[request["task"]](request)
json.dump(reply, sys.stdout)
