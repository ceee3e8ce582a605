"""What sqlglot gets wrong between a dialect and DuckDB, and what has no counterpart there, each with its reason.

All of it is part of the translation and none of it of the dialects. A correction is for one function, type, literal or
clause: joins, windows, frames and comparisons are those of the dialect's own SQL. One that no statement needs is said.
"""
from dataclasses import dataclass, field


@dataclass
class Corrections:
    # What sqlglot calls the dialect; empty for none in particular.
    reads: str
    # Whether '' is NULL.
    empty_is_null: bool = False
    # Whether a time becomes a text with all six digits in a CAST; DuckDB leaves out those that are 0.
    six_digits: bool = False
    # (regular expression, what stands there instead, reason), in this order, before sqlglot reads the statement
    texts: list = field(default_factory=list)
    # (how a statement begins, reason): those that do nothing to rows
    left_out: list = field(default_factory=list)
    # (function with its arguments, DuckDB's expression, reason): what sqlglot hands on by its name
    functions: list = field(default_factory=list)


SETTING = "a setting of the session; DuckDB knows UTC and bytes only"
LOCK = "the lock of the job; nobody else is there"
LEVEL = "DuckDB has one level of isolation"
INDEX = "where rows lie, and how they are found, changes no result"
IMPLICIT = "a transaction begins with its first statement; DuckDB's need a word for it"
CLOCK = "the clock"
KEYS = "DuckDB's keys always are"
ITSELF = "the statement inside the text"
PASSED_OVER = "what is there is passed over, by the block around it or by the shell"
A_TYPE = "sqlglot takes it for a type"
NO_DIALECT = "sqlglot has no dialect of that name"
AN_INTERVAL = "in DuckDB the difference of two times is one, without being told"
NANOSECONDS = "DuckDB's times of more than six digits begin in 1677; these have no more"


def unquoted(match):
    return match[1].replace("''", "'")


# TO_CHAR of a number, and of a time in the forms that dialects use.
TO_CHAR = (r"\b(TO_CHAR|VARCHAR_FORMAT)\(", "to_text(", "sqlglot leaves out the digits of a second")
TO_TEXT = (
    "to_text",
    "(a) AS CAST(a AS VARCHAR), (a, form) AS strftime(a, replace(replace(replace(replace(replace(form,"
    " 'YYYY-MM-DD', '%Y-%m-%d'), 'HH24:MI:SS', '%H:%M:%S'), 'FF6', '%f'), 'FF9', '%n'), 'US', '%f'))",
    "with and without a form",
)

EVERYWHERE = Corrections(
    reads="",
    left_out=[(r"CREATE INDEX", INDEX)],
    functions=[
        (
            "six_digits(a)",
            "CASE WHEN typeof(a) = 'TIMESTAMP'"
            " THEN strftime(TRY_CAST(CAST(a AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f')"
            " ELSE CAST(a AS VARCHAR) END",
            "a time of six digits as text",
        )
    ],
)


def transact_sql(reads, texts=(), left_out=()):
    cut = r"DATEADD\(nanosecond, -\(DATEPART\(nanosecond, CAST\((.*?) AS datetime2\(7\)\)\) % 1000\), "
    return Corrections(
        reads,
        texts=[
            (r"^IF OBJECT_ID\(.*\) IS NULL\nCREATE TABLE", "CREATE TABLE IF NOT EXISTS", "sqlglot drops the statement"),
            (cut + r"CAST\(\1 AS datetime2\(7\)\)\)", r"\1", NANOSECONDS),
            *texts,
        ],
        left_out=[(r"SET XACT_ABORT", SETTING), *left_out],
        functions=[
            ("sysutcdatetime()", "now() AT TIME ZONE 'UTC'", CLOCK),
            ("datalength(a)", "strlen(a)", "the length in bytes of UTF-8"),
        ],
    )


def spark(reads, left_out=()):
    interval = ("make_dt_interval(d, h, m, s)", "to_microseconds(CAST(s * 1000000 AS BIGINT))", "of seconds alone")
    return Corrections(reads, left_out=list(left_out), functions=[interval])


BY_DIALECT = {
    "ansi": Corrections(
        "",
        six_digits=True,
        texts=[
            (r"(-?\d+) \* INTERVAL '0.000001' SECOND\(2, 6\)", r"to_microseconds(\1)", "DuckDB's has whole seconds"),
            (r"\) DAY\(9\) TO SECOND\(6\)", ")", AN_INTERVAL),
            (r"START TRANSACTION ISOLATION LEVEL SERIALIZABLE", "BEGIN TRANSACTION", LEVEL),
            (r"LOCALTIMESTAMP\(6\)", "LOCALTIMESTAMP", CLOCK),
            ("CREATE LOCAL TEMPORARY", "CREATE TEMPORARY", "DuckDB's always are"),
            (r"\) ON COMMIT DELETE ROWS", ")", "they are dropped"),
        ],
    ),
    "snowflake": Corrections(
        "snowflake", texts=[TO_CHAR], left_out=[(r"ALTER SESSION SET TIMEZONE", SETTING)], functions=[TO_TEXT]
    ),
    "bigquery": Corrections(
        "bigquery",
        texts=[("%E4Y", "%Y", "DuckDB's years have four digits")],
        functions=[("current_datetime(zone)", "now() AT TIME ZONE zone", CLOCK)],
    ),
    "databricks": spark("databricks"),
    "spark": spark("spark", left_out=[(r"SET spark\.", SETTING)]),
    "redshift": Corrections(
        "redshift",
        texts=[(r"BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN", LEVEL)],
        left_out=[(r"LOCK ", LOCK)],
    ),
    "trino": Corrections("trino", six_digits=True),
    "greenplum": Corrections(
        "postgres",
        texts=[
            (r"BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN", LEVEL),
            (
                r"CREATE TEMPORARY TABLE (\w+) ON COMMIT DROP AS",
                r"CREATE OR REPLACE TEMPORARY TABLE \1 AS",
                "DuckDB's stay until the session ends",
            ),
            (r"\bpg_temp\.", "", "where such tables are"),
        ],
        left_out=[(r"SELECT pg_advisory_(un)?lock\(", LOCK)],
        functions=[("clock_timestamp()", "now()", CLOCK)],
    ),
    "mysql": Corrections(
        "mysql",
        texts=[
            (r"(?s)^SET @sessionizer_sql = IF\(.*?\) = 0, '(.*)', 'DO 0'\)", unquoted, ITSELF),
            (r"varbinary\(1024\)", "varchar(1024)", "DuckDB's texts compare by their bytes, too"),
            (r"AS BINARY\b", "AS CHAR", "DuckDB's texts compare by their bytes, too"),
            (r"\bSTRAIGHT_JOIN\b", "JOIN", "says only which table is read first"),
        ],
        left_out=[
            (r"SET (SESSION|NAMES)", SETTING),
            (r"DO (get|release)_lock", LOCK),
            (r"SET TRANSACTION", LEVEL),
            (r"PREPARE|EXECUTE|DEALLOCATE", ITSELF),
        ],
    ),
    "vertica": Corrections(
        "postgres",
        texts=[
            (r" ENABLED\b", "", KEYS),
            (r"(?m)^\)\nORDER BY .*", ")", INDEX),
            (r"\bINTEGER\b", "BIGINT", "it has 64 bits"),
            ("CREATE LOCAL TEMPORARY", "CREATE TEMPORARY", "DuckDB's always are"),
            (r"TIMESTAMPADD\((\w+), ", r"later('\1', ", NO_DIALECT),
            (r"TIMESTAMPDIFF\(MICROSECOND, ", "microseconds_between(", NO_DIALECT),
            ("<=>", "IS NOT DISTINCT FROM", NO_DIALECT),
            ("//", "/", "sqlglot's PostgreSQL divides whole numbers so"),
        ],
        left_out=[(r"SET TIME ZONE", SETTING), (r"SET SESSION CHARACTERISTICS", LEVEL)],
        functions=[
            (
                "later(unit, n, a)",
                "a + CASE unit WHEN 'HOUR' THEN to_hours(n) WHEN 'MINUTE' THEN to_minutes(n) WHEN 'SECOND' THEN to_seconds(n)"
                " ELSE to_microseconds(n) END",
                "TIMESTAMPADD",
            ),
            ("microseconds_between(a, b)", "date_diff('microsecond', a, b)", "TIMESTAMPDIFF"),
            ("getutcdate()", "now() AT TIME ZONE 'UTC'", CLOCK),
        ],
    ),
    "sqlserver": transact_sql(
        "tsql",
        texts=[(r"(?m)^EXEC sp_getapplock .*$", "", LOCK)],
        left_out=[(r"IF NOT EXISTS \(SELECT 1 FROM sys\.indexes", INDEX)],
    ),
    "fabric": transact_sql("fabric"),
    "synapse": transact_sql(
        "tsql",
        texts=[
            (
                r"(?s)^IF OBJECT_ID\([^()]*\) IS NULL\nEXEC \(N'CREATE VIEW ' \+ N'([^']*)' \+ N' AS ' \+ N'(.*)'\);?$",
                lambda match: f"CREATE OR ALTER VIEW {match[1]} AS " + match[2].replace("''", "'"),
                ITSELF,
            )
        ],
    ),
    "oracle": Corrections(
        "oracle",
        empty_is_null=True,
        texts=[
            (r"(?s)^BEGIN\n  EXECUTE IMMEDIATE '(.*)';\nEXCEPTION\n.*", unquoted, ITSELF),
            (r"^CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", PASSED_OVER),
            (r"\) SEGMENT CREATION IMMEDIATE$", ")", "DuckDB has no segments"),
            (
                r'CREATE PRIVATE TEMPORARY TABLE ("\S+") ON COMMIT DROP DEFINITION AS',
                r"CREATE OR REPLACE TEMPORARY TABLE \1 AS",
                "DuckDB's stay until the session ends",
            ),
            TO_CHAR,
            (r"TIMESTAMP ('[^']*')", r"CAST(\1 AS TIMESTAMP)", "sqlglot takes the form of the session for a fixed one"),
            (r"TIMESTAMP\(9\)", "TIMESTAMP(6)", NANOSECONDS),
        ],
        left_out=[
            (r"WHENEVER", SETTING),
            (r"DECLARE\n  handle VARCHAR2", LOCK),
            (r"SET TRANSACTION", LEVEL),
            (r"COMMIT", IMPLICIT),
        ],
        functions=[
            ("numtodsinterval(n, unit)", "to_microseconds(CAST(n * 1000000 AS BIGINT))", "of seconds alone"),
            ("sys_extract_utc(a)", "a", CLOCK),
            ("systimestamp()", "now() AT TIME ZONE 'UTC'", CLOCK),
            ("lengthb(a)", "strlen(a)", "the length in bytes of UTF-8"),
            TO_TEXT,
        ],
    ),
    "teradata": Corrections(
        "teradata",
        texts=[
            TO_CHAR,
            (r"^BT$", "BEGIN", "its word for a transaction"),
            (r"^ET$", "COMMIT", "its word for a transaction"),
            (r" CHARACTER SET UNICODE\)", ")", "DuckDB's texts are UTF-8"),
            (r"^CREATE MULTISET TABLE", "CREATE TABLE IF NOT EXISTS", PASSED_OVER),
            (r"(?m)^(NO )?PRIMARY INDEX.*$", "", INDEX),
            (
                r"INTERVAL (-?)'(\d+) (\d+):(\d+):([\d.]+)' DAY\(4\) TO SECOND\(6\)",
                r"(\1 INTERVAL '\2 days \3 hours \4 minutes \5 seconds')",
                "DuckDB has no such literal",
            ),
            (r"\) DAY\(4\) TO SECOND\(6\)", ")", AN_INTERVAL),
            (r"(CURRENT_TIMESTAMP)\(6\) AT TIME ZONE INTERVAL '00:00' HOUR TO MINUTE", r"\1 AT TIME ZONE 'UTC'", CLOCK),
        ],
        left_out=[(r"SET TIME ZONE", SETTING)],
        functions=[TO_TEXT],
    ),
    "exasol": Corrections(
        "exasol",
        empty_is_null=True,
        texts=[
            (r"(?m) ENABLE$", "", KEYS),
            (r"\bSESSIONTIMEZONE\b", "'UTC'", "the session is set to it"),
            TO_CHAR,
        ],
        left_out=[(r"ALTER SESSION", SETTING), (r"COMMIT", IMPLICIT)],
        functions=[TO_TEXT],
    ),
    "db2": Corrections(
        "",
        texts=[
            (
                r"(?s)^BEGIN\n  DECLARE CONTINUE HANDLER FOR SQLSTATE '42710' BEGIN END;\n"
                r"  EXECUTE IMMEDIATE '(.*)';\nEND$",
                unquoted,
                ITSELF,
            ),
            (r"^CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", PASSED_OVER),
            (r"^DECLARE GLOBAL TEMPORARY TABLE", "CREATE TEMPORARY TABLE", NO_DIALECT),
            (r"\s+ON COMMIT PRESERVE ROWS NOT LOGGED", "", "what rolling back does to it"),
            (r"\bSESSION\.", "", "where such tables are"),
            (r"CURRENT TIMESTAMP - CURRENT TIMEZONE", "CURRENT_TIMESTAMP AT TIME ZONE 'UTC'", CLOCK),
            (r"\((-?[\d.]+)\) (SECONDS|MICROSECONDS)", r"INTERVAL '\1' \2", "labelled durations"),
            (r"\bBIGINT\((DAYS|MIDNIGHT_SECONDS)\(", r"(\1(", A_TYPE),
            (r"\bDAYS\(", "days_since_year_1(", "sqlglot takes it for an interval"),
            (r"\bMICROSECOND\(", "digits_of_second(", "DuckDB's has the seconds, too"),
            (r"\bTIMESTAMP\((?!6\))", "timestamp_of(", A_TYPE),
            (r"\bcount_big\(", "count(", NO_DIALECT),
            TO_CHAR,
        ],
        left_out=[(r"LOCK TABLE", LOCK), (r"COMMIT", IMPLICIT)],
        functions=[
            ("days_since_year_1(a)", "date_diff('day', DATE '0001-01-01', CAST(a AS DATE)) + 1", "DAYS"),
            ("midnight_seconds(a)", "date_diff('second', date_trunc('day', a), date_trunc('second', a))", NO_DIALECT),
            ("digits_of_second(a)", "microsecond(a) % 1000000", "MICROSECOND"),
            ("timestamp_of(a, digits)", "CAST(a AS TIMESTAMP)", "of six digits"),
            TO_TEXT,
        ],
    ),
}
