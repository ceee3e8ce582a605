"""What each phase of a job may send."""

import re

from reading import Fact, Name

LEDGERS = ("session_table", "session_lineage", "session_versions", "session_runs", "session_quarantine")
# A job's own tables and views, by the ends of their names; before them may stand a prefix of the job's.
OWN = LEDGERS + ("pageviews", "sessions", "session_events")
# The conformance kit's prefix: random, and before every name that it makes.
KIT = re.compile(r"szkit_[0-9a-f]{8}_")

# Reading, and what stands around statements: in every phase.
ALWAYS = {"SELECT", "transaction", "setting", "lock", "EXPLAIN", "COPY TO STDOUT", "CREATE scratch INDEX",
          "CREATE scratch TRIGGER"}
# Settings and questions of SQLite's, none of which changes a row.
PRAGMAS = {
    "cache_size", "database_list", "encoding", "index_info", "index_list", "journal_mode", "page_count", "page_size",
    "recursive_triggers", "secure_delete", "synchronous", "table_xinfo", "temp_store", "trusted_schema",
}


def ends(name: Name, words: tuple[str, ...]) -> bool:
    return name.last.lower().endswith(words)


def fault(fact: Fact, phase: str | None) -> str | None:
    """What is wrong with a statement in a phase; None where nothing is."""
    where = phase or "no phase"
    # The one statement that removes rows, and the one phase that has it.
    if fact.faults == ["DELETE"] and fact.kind == "DELETE" and phase == "erase":
        fact.faults = []
    if fact.faults:
        return f"{', '.join(fact.faults)} in {where}"
    if fact.kind in ALWAYS:
        return None if not fact.targets or fact.kind == "EXPLAIN" else f"{fact.kind} that writes to {fact.targets[0]}"
    if fact.kind.startswith("PRAGMA "):
        return None if fact.kind.split()[1] in PRAGMAS else f"{fact.kind} in {where}"
    rule = RULES[phase]
    # A shape says by its kind alone what it does.
    targets = fact.targets or [Name([])]
    wrong = next((target for target in targets if not rule(fact.kind, target)), None)
    return f"{fact.kind} {wrong}".strip() + f" in {where}" if wrong else None


def scratch(kind: str, target: Name) -> bool:
    """Scratch tables may be made, filled, measured and dropped wherever there is something to keep in them."""
    return target.is_scratch and kind in {
        "ANALYZE", "COPY FROM STDIN", "CREATE INDEX", "CREATE TABLE", "DROP", "INSERT"}


def is_key(kind: str, target: Name) -> bool:
    """PostgreSQL builds keys and indexes of these two after the first run's rows are in them (docs/postgres.md)."""
    return kind in {"ALTER TABLE ADD PRIMARY KEY", "CREATE INDEX"} and ends(
        target, ("session_table", "session_versions"))


def create(kind: str, target: Name) -> bool:
    # A block carries out what a text before it has made, of which the words were looked at.
    # The numbers of the source's growing column (DuckDB).
    if kind == "CREATE SEQUENCE" and ends(target, ("_arrivals",)):
        return True
    if kind in {"GRANT", "CREATE TRIGGER", "CREATE FUNCTION", "CREATE SCHEMA", "block", "attempt"}:
        return True
    # It notes the job's settings.
    notes = kind == "INSERT" and ends(target, ("session_runs",))
    return notes or is_key(kind, target) or kind in {"CREATE TABLE", "CREATE VIEW", "CREATE INDEX"} and ends(target, OWN)


def upgrade(kind: str, target: Name) -> bool:
    """Adds to ledgers of an older layout; views, which hold no rows, are made anew."""
    adds = kind in {"ALTER TABLE ADD COLUMN", "CREATE TABLE", "CREATE INDEX"} and ends(target, LEDGERS)
    shows = kind in {"DROP", "CREATE VIEW"} and ends(target, ("sessions", "session_events"))
    return adds or shows or kind == "INSERT" and ends(target, ("session_versions", "session_runs"))


def adopt(kind: str, target: Name) -> bool:
    """Adds the columns of new attributes, and notes the settings; views, which hold no rows, are made anew."""
    adds = kind == "ALTER TABLE ADD COLUMN" and ends(target, ("pageviews", "session_table", "session_versions"))
    shows = kind in {"DROP", "CREATE VIEW"} and ends(target, ("sessions", "session_events"))
    return adds or shows or kind == "INSERT" and ends(target, ("session_runs",)) or scratch(kind, target)


def erase(kind: str, target: Name) -> bool:
    """`erase` and `retain`, which nothing but their own commands starts, remove rows of the source and of the ledgers, and
    never what they have noted; a guard is lifted meanwhile."""
    if kind in {"CREATE TRIGGER", "CREATE FUNCTION", "block"}:
        return True
    if kind == "DROP" and ends(target, ("_no_update", "_no_delete", "sessionizer_insert_only")):
        return True
    # A source of somebody's own has any name.
    removes = kind == "DELETE" and not ends(target, ("session_runs", "session_erasures"))
    notes = kind == "INSERT" and ends(target, ("session_runs", "session_erasures"))
    return removes or notes or kind == "CREATE TABLE" and ends(target, ("session_erasures",)) or scratch(kind, target)


def load(kind: str, target: Name) -> bool:
    fills = kind in {"INSERT", "COPY FROM STDIN"} and ends(target, ("pageviews", "session_quarantine"))
    return fills or scratch(kind, target)


def run(kind: str, target: Name) -> bool:
    return kind == "INSERT" and ends(target, LEDGERS) or is_key(kind, target) or scratch(kind, target)


def clean_up(kind: str, target: Name) -> bool:
    return kind == "DROP" and KIT.match(target.last) is not None


def take_back(kind: str, target: Name) -> bool:
    """What `compare` has made itself, where it did not end (docs/compare.md)."""
    return kind == "table lock" or kind == "DROP" and ends(target, OWN)


def no_phase(kind: str, target: Name) -> bool:
    """Tests make and fill tables of their own, as anybody might: what they may not do is change or remove."""
    return kind in {
        "ANALYZE", "COPY FROM STDIN", "CREATE INDEX", "CREATE SCHEMA", "CREATE TABLE", "CREATE VIEW", "GRANT", "INSERT",
        "table lock",
    } or scratch(kind, target)


RULES = {
    "create": create, "upgrade": upgrade, "adopt": adopt, "load": load, "run": run, "read": scratch, "erase": erase, "take-back": take_back, "clean-up": clean_up,
    None: no_phase,
}
