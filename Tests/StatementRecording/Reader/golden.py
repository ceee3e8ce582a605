"""The SQL that is kept in files: the golden files of the tests, and `queries/`."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Kept:
    """One statement of a file."""

    engine: str
    phase: str
    file: str
    sql: str
    # What sqlglot calls its dialect; empty for none of its own.
    dialect: str
    # Whether its engine runs in the tests, so that the parser must know every word of it.
    is_live: bool


LIVE = {"sqlite": "sqlite", "sqlite-embedded": "sqlite", "postgres": "postgres", "mariadb": "mysql", "duckdb": "duckdb"}
OTHERS = {"sqlserver": "tsql", "synapse": "tsql", "greenplum": "postgres", "ansi": "", "vertica": "postgres", "db2": ""}
# What ends a statement, where it is not a semicolon at the end of a line.
TERMINATORS = {"db2": "@\n", "sqlserver": ";\nGO\n", "fabric": ";\nGO\n", "synapse": ";\nGO\n", "oracle": "\n/\n"}

PHASES = {
    "create": "create", "create_query": "create", "load": "load", "run": "run", "first_run": "run", "new_run": "run",
    "derived_ids": "run", "insert_query": "run", "sessions": "read", "changed_sessions": "read", "verify": "read",
    "agg_query": "read",
}


def files() -> list[Path]:
    folders = [ROOT / "Tests/SQLRenderingTests/Golden", ROOT / "queries"]
    return [path for folder in folders for path in sorted(folder.glob("*/*.sql"))]


def statements(path: Path) -> list[Kept]:
    engine = path.parent.name
    # A file whose phase is not known here is a KeyError: it is not to be passed over.
    phase = PHASES[path.stem]
    dialect = LIVE.get(engine, OTHERS.get(engine, engine))
    file = str(path.relative_to(ROOT))
    script = path.read_text()
    return [
        Kept(engine, phase, file, sql, dialect, engine in LIVE)
        for sql in split(script, TERMINATORS.get(engine, ";\n"))
    ]


def split(script: str, terminator: str) -> list[str]:
    """The statements of a script. A text or body in which a line ends so is put together again."""
    parts, open_part = [], ""
    for part in (script + "\n").split(terminator):
        part = open_part + part
        is_open = (part.count("$guard$") + part.count("$grant$")) % 2 == 1
        if is_open or re.search(r"\bBEGIN SELECT RAISE\((?!.*\bEND\b)", part, re.S):
            open_part = part + terminator
            continue
        open_part = ""
        lines = [line for line in part.splitlines() if line.strip() and not line.lstrip().startswith("--")]
        if lines:
            parts.append("\n".join(lines))
    return parts
