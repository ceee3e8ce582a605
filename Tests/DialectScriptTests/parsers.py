"""Two parsers that know SQL dialects, and what each does not know of one.

What a parser does not know is written otherwise for it: the rest of the statement still counts. What no statement needs
any more is said.
"""
import importlib
from dataclasses import dataclass, field


@dataclass
class Reading:
    # What the parser calls the dialect; empty for none in particular.
    name: str
    # (text, what stands there for the parser)
    unknown: list = field(default_factory=list)
    # Parts of statements that are no SQL, or that the parser takes for none.
    skips: list = field(default_factory=list)


SQLGLOT = {
    "sqlserver": Reading("tsql"),
    "synapse": Reading("tsql"),
    "greenplum": Reading("postgres"),
    "ansi": Reading("", [("SECOND(2, 6)", "SECOND"), (") DAY(9) TO SECOND(6)", ")")], ["START TRANSACTION"]),
    "mariadb": Reading("mysql", skips=["DO get_lock", "DO release_lock"]),
    "mysql": Reading("mysql", skips=["DO get_lock", "DO release_lock", "PREPARE", "EXECUTE"]),
    # Commands of SQL*Plus, and blocks of PL/SQL.
    "oracle": Reading("oracle", skips=["WHENEVER", "EXECUTE IMMEDIATE", "DBMS_LOCK"]),
    "vertica": Reading("postgres", [(" ENABLED", ""), (" // ", " / "), (" <=> ", " = ")]),
    "teradata": Reading("teradata", [(" CHARACTER SET UNICODE)", ")"), (" DAY(4) TO SECOND(6))", ")")]),
    "exasol": Reading("exasol", [(" ENABLE\n", "\n")]),
    # Labelled durations, and blocks around CREATE.
    "db2": Reading(
        "",
        [(") SECONDS", ")"), (") MICROSECONDS", ")"), (" CURRENT TIMEZONE", " 0"), (" CURRENT TIMESTAMP", " 0")],
        ["CONTINUE HANDLER", "DECLARE GLOBAL TEMPORARY", "LOCK TABLE"],
    ),
}

SQLFLUFF = {
    "sqlserver": Reading("tsql"),
    "synapse": Reading("tsql"),
    "fabric": Reading("tsql"),
    "ansi": Reading(
        "ansi",
        [
            ("SECOND(2, 6)", "SECOND"),
            (") DAY(9) TO SECOND(6)", ")"),
            (" ISOLATION LEVEL SERIALIZABLE", ""),
            ("CREATE LOCAL TEMPORARY", "CREATE TEMPORARY"),
            (" ON COMMIT DELETE ROWS", ""),
        ],
    ),
    "clickhouse": Reading("clickhouse", skips=["SET join_use_nulls"]),
    # Blocks around CREATE.
    "db2": Reading("db2", skips=["CONTINUE HANDLER", "LOCK TABLE"]),
    "exasol": Reading("exasol", [("TIMESTAMP(6)", "TIMESTAMP")]),
    "greenplum": Reading("greenplum", [("BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN")]),
    "mysql": Reading("mysql", [("STRAIGHT_JOIN", "JOIN")]),
    # Commands of SQL*Plus.
    "oracle": Reading("oracle", skips=["WHENEVER", "SET TRANSACTION"]),
    "spark": Reading("sparksql", skips=["SET TIME ZONE"]),
    "teradata": Reading(
        "teradata",
        [(") DAY(4) TO SECOND(6)", ")"), ("INTERVAL -'", "INTERVAL '"), (" DAY(4) TO SECOND(6)", " DAY")],
        ["SET TIME ZONE", "BT", "ET"],
    ),
    "vertica": Reading("vertica", skips=["SET SESSION CHARACTERISTICS"]),
}


class SQLGlot:
    readings = SQLGLOT

    def __init__(self, name):
        import logging

        logging.disable(logging.WARNING)
        self.name = name

    def fault(self, sql):
        import sqlglot

        try:
            sqlglot.parse(sql, read=self.name or None, error_level=sqlglot.ErrorLevel.RAISE)
        except Exception as error:
            return str(error)


class SQLFluff:
    readings = SQLFLUFF

    def __init__(self, name):
        from sqlfluff.core import FluffConfig, Linter

        self.linter = Linter(config=FluffConfig(overrides={"dialect": name, "templater": "raw"}))

    def fault(self, sql):
        return "; ".join(str(violation) for violation in self.linter.parse_string(sql).violations) or None


def version(package):
    return str(getattr(importlib.import_module(package), "__version__", "unknown"))


def parse(request):
    """How many statements were read, what is wrong with which, and what of the parser's reading no statement needs."""
    kind = {"sqlglot": SQLGlot, "sqlfluff": SQLFluff}[request["parser"]]
    reading = kind.readings.get(request["dialect"], Reading(request["dialect"]))
    parser = kind(reading.name)
    read, faults, unused = 0, [], set(reading.skips) | {text for text, _ in reading.unknown}
    for sql in request["statements"]:
        body = "\n".join(line for line in sql.split("\n") if not line.startswith("--")).strip()
        skips = [part for part in reading.skips if (body == part if len(part) < 3 else part in body)]
        unused.difference_update(skips)
        if skips:
            continue
        for text, instead in reading.unknown:
            if text in body:
                unused.discard(text)
                body = body.replace(text, instead)
        read += 1
        fault = parser.fault(body)
        if fault:
            faults.append(f"{fault[:500]}\n{body[:200]}")
    return {"read": read, "faults": faults, "unused": sorted(unused)}
