"""What the parser does not know of the engines that run here, and what stands around what it does.

Each shape is a whole statement of ours with nothing in it left open but names and values; each has its reason.
"""

import re
from dataclasses import dataclass


@dataclass
class Shape:
    dialect: str
    pattern: re.Pattern
    kind: str
    reason: str
    # Of a wrapping: what is put before what is inside, so that it is a statement.
    before: str = ""


NAME = r'(?:[\w$]+|"(?:[^"]|"")+"|`(?:[^`]|``)+`)'
PATH = rf"{NAME}(?:\.{NAME})*"
TEXT = r"'(?:[^'\\]|''|\\.)*'"


def shape(dialect: str, pattern: str, kind: str, reason: str, before: str = "") -> Shape:
    return Shape(dialect, re.compile(pattern, re.S), kind, reason, before)


SAVEPOINT = rf"(?:SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) {NAME}"
GUARD = "`create --guard`: triggers of the engine that refuse every change of a ledger"

KNOWN = [
    shape("mysql", r"START TRANSACTION(?: WITH CONSISTENT SNAPSHOT)?(?:, READ (?:ONLY|WRITE))?", "transaction",
          "MySQL's own words for a transaction"),
    shape("mysql", rf"GRANT (?:USAGE|CREATE TEMPORARY TABLES) ON (?:\*|\*\.\*|{PATH}\.\*) TO {TEXT}(?:@{TEXT})?",
          "GRANT", "a right on a whole database"),
    shape("mysql", rf"CREATE TRIGGER IF NOT EXISTS {PATH} BEFORE (?:UPDATE|DELETE) ON (?P<target>{PATH}) "
          rf"FOR EACH ROW\s+SIGNAL SQLSTATE {TEXT} SET MESSAGE_TEXT = {TEXT}", "CREATE TRIGGER", GUARD),
    shape("sqlite", rf"CREATE TRIGGER IF NOT EXISTS {PATH} BEFORE (?:UPDATE|DELETE) ON (?P<target>{PATH})\s+"
          rf"BEGIN SELECT RAISE\(ABORT, {TEXT}\); END", "CREATE TRIGGER", GUARD),
    shape("sqlite", rf'CREATE TEMP TRIGGER "sessionizer_guard_\d+" BEFORE DELETE ON {PATH} '
          rf"BEGIN SELECT RAISE\(ABORT, {TEXT}\); END", "CREATE scratch TRIGGER",
          "in a run, so that INSERT OR REPLACE could delete nothing"),
    shape("sqlite", rf"CREATE INDEX (?:IF NOT EXISTS )?temp\.{NAME} ON {NAME} \({NAME}(?:, {NAME})*\)",
          "CREATE scratch INDEX", "the parser takes the schema for the index, and the index for the table"),
    shape("duckdb", rf"CREATE INDEX {NAME} ON {NAME} \({NAME}\)", "CREATE scratch INDEX",
          "no table but those of a run's steps has an index there, and they have no schema in it"),
    shape("postgres", rf"COPY (?P<target>{PATH}) \({NAME}(?:, {NAME})*\) FROM STDIN \(FORMAT (?:binary|text)\)",
          "COPY FROM STDIN", "rows that come after it"),
    shape("postgres", rf"SET TIME ZONE {TEXT}", "setting", "the standard's words for a setting"),
    shape("postgres", r"SET lock_timeout = \d+; RESET statement_timeout", "setting", "gives a setting back"),
    shape("postgres", rf"(?:BEGIN ISOLATION LEVEL READ COMMITTED; )?LOCK TABLE {PATH}(?:, {PATH})* IN ACCESS EXCLUSIVE MODE",
          "table lock", "nobody else writes into what is about to be dropped"),
    shape("mysql", rf"LOCK TABLES {PATH} WRITE(?:, {PATH} WRITE)*", "table lock",
          "nobody else writes into what is about to be dropped"),
    shape("mysql", r"UNLOCK TABLES", "transaction", "the end of that"),
    shape("postgres", rf"{SAVEPOINT}(?:; {SAVEPOINT})*", "transaction", "a savepoint around a query"),
    shape("postgres", rf"CREATE OR REPLACE FUNCTION {PATH}\(\) RETURNS trigger LANGUAGE plpgsql AS \$guard\$ BEGIN "
          rf"RAISE EXCEPTION {TEXT} USING ERRCODE = {TEXT}; END \$guard\$", "CREATE FUNCTION", GUARD),
    shape("postgres", rf"DO \$guard\$ BEGIN\s+IF NOT EXISTS \(\s+SELECT 1 FROM pg_trigger WHERE tgrelid = "
          rf"{TEXT}::regclass AND tgname = {TEXT}\s+\) THEN\s+CREATE TRIGGER \w+ BEFORE UPDATE OR DELETE OR TRUNCATE "
          rf"ON (?P<target>{PATH})\s+FOR EACH STATEMENT EXECUTE FUNCTION {PATH}\(\);\s+END IF;\s+END \$guard\$",
          "CREATE TRIGGER", GUARD),
    shape("mysql", rf"PREPARE sessionizer_attempt FROM {TEXT}", "attempt",
          "`doctor`: a definition is judged, and not carried out"),
    shape("postgres", r"DO \$grant\$ BEGIN\s+EXECUTE format\('GRANT (?:USAGE ON SCHEMA|TEMPORARY ON DATABASE) %I TO %I', "
          r"[^;]*\);\s+END \$grant\$", "GRANT", "a right on whatever the schema or database is called"),
]

WRAPPINGS = [
    shape("postgres", r"(?:SAVEPOINT sessionizer_query; )?COPY \((.*)\n\) TO STDOUT \(FORMAT binary\)"
          r"(?:; RELEASE SAVEPOINT sessionizer_query)?", "COPY TO STDOUT", "the rows of a query as they are made"),
    shape("postgres", r"EXPLAIN \(COSTS on\) (?!ANALYZE)(.*)", "EXPLAIN", "a plan, which is not carried out"),
    shape("sqlite", r"EXPLAIN QUERY PLAN (.*)", "EXPLAIN", "a plan, which is not carried out"),
    shape("mysql", r"EXPLAIN (?:FORMAT=JSON )?(?!ANALYZE)(.*)", "EXPLAIN", "a plan, which is not carried out"),
    shape("duckdb", r"EXPLAIN (?!ANALYZE)(.*)", "EXPLAIN", "a plan, which is not carried out"),
    shape("mysql", r"DO (.*)", "", "SELECT without a result", "SELECT "),
]

# What is written otherwise for the parser: the dialect, a pattern, what stands for it.
OTHERWISE = [
    # How long a scratch table lives, and how it is stored.
    ("postgres", re.compile(r"^(CREATE TEMPORARY TABLE .*\)) ON COMMIT DROP$", re.S), r"\1"),
    ("postgres", re.compile(rf"^(CREATE TEMPORARY TABLE {NAME}) ON COMMIT DROP(?= AS\s)"), r"\1"),
    ("mysql", re.compile(r"^(CREATE TEMPORARY TABLE .*\)) ENGINE = \w+$", re.S), r"\1"),
    # A long result that is kept on the server, row by row.
    ("mysql", re.compile(r"^BEGIN NOT ATOMIC FOR r IN \((.*)\) DO (INSERT INTO \S+ \([^()]*\)) "
                         r"VALUES \([^();]*\); END FOR; END$", re.S), r"\2 \1"),
    # That a transaction writes, or does not.
    ("postgres", re.compile(r"^(BEGIN ISOLATION LEVEL REPEATABLE READ) READ (?:ONLY|WRITE)\b"), r"\1"),
    # An index's schema, which this parser takes for the index (temp. is a shape above).
    ("sqlite", re.compile(rf"^(CREATE INDEX (?:IF NOT EXISTS )?)(?!temp\.){NAME}\.(?={NAME} ON )"), r"\1"),
    # Numbered parameters.
    ("sqlite", re.compile(r"\?\d+"), "?"),
]


def written_otherwise(sql: str, dialect: str) -> str:
    for wanted, pattern, other in OTHERWISE:
        if wanted == dialect:
            sql = pattern.sub(other, sql)
    return sql


def without_annotation(sql: str) -> str:
    """Which run it is part of, as the tool tells the server."""
    return re.sub(r" ?/\* sessionizer: (?:(?!\*/).)*\*/ *", " ", sql, count=1).strip().rstrip(";").rstrip()


def known(sql: str, dialect: str) -> tuple[Shape, list[str]] | None:
    """A shape, and the parts of the name of the table that it is about."""
    for one in KNOWN:
        if one.dialect == dialect and (match := one.pattern.fullmatch(sql)):
            target = match.groupdict().get("target") or ""
            return one, [part.strip('"`') for part in re.findall(NAME, target)]
    return None


def unwrapped(sql: str, dialect: str) -> tuple[Shape, str] | None:
    for one in WRAPPINGS:
        if one.dialect == dialect and (match := one.pattern.fullmatch(sql)):
            return one, one.before + match[1]
    return None
