"""What a statement does, by the syntax tree that sqlglot makes of it."""

import logging
import re
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

import shapes

# What it does not understand becomes a `Command`, which is looked at here; it need not be said twice.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


class Unreadable(Exception):
    """Nobody knows what the statement does."""


@dataclass
class Name:
    """A table, view or index that a statement makes, fills or drops."""

    parts: list[str]
    is_scratch: bool = False

    @property
    def last(self) -> str:
        return self.parts[-1] if self.parts else ""

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass
class Fact:
    """What one statement does."""

    # INSERT, CREATE TABLE, …; the rest are words of our own: transaction, setting, lock.
    kind: str
    targets: list[Name] = field(default_factory=list)
    # What no phase may have.
    faults: list[str] = field(default_factory=list)
    # How it is known: "tree"; "shape", of what the parser does not know; or "words", the weakest.
    by: str = "tree"
    # Why not by its tree.
    reason: str = ""


# Where the engines keep what is a session's own, and what ours are called elsewhere.
SCRATCH_SCHEMAS = {"temp", "pg_temp", "tempdb", "session", "module"}
SCRATCH_PREFIXES = ("sessionizer_append", "sessionizer_scratch_", "sessionizer_step_", "sessionizer_result_", "#")

CHANGES = r"\b(?:UPDATE|DELETE|MERGE|TRUNCATE|REPLACE(?!\s*\()|DROP|ALTER|INSERT)\b"
LOCKS = re.compile(r"advisory_(xact_)?lock|advisory_unlock|\b(get|release)_lock\b|applock", re.I)


def without_quotes(sql: str, dialect: str) -> str:
    """The text with nothing in its quotes, so that a word in it is a word of the statement."""
    body = r"(?:[^'\\]|\\.|'')*" if dialect == "mysql" else r"(?:[^']|'')*"
    return re.sub(rf"'{body}'" + r'|"(?:[^"]|"")*"|`(?:[^`]|``)*`', "''", sql, flags=re.S)


def read(sql: str, dialect: str) -> list[Fact]:
    """What the statements of a text do. Raises `Unreadable`."""
    if re.search(r"/\*M?!", without_quotes(sql, dialect)):
        raise Unreadable("a comment that the server carries out")
    sql = shapes.without_annotation(sql)
    if found := shapes.known(sql, dialect):
        shape, target = found
        return [Fact(shape.kind, [named(target)] if target else [], by="shape", reason=shape.reason)]
    if unwrapped := shapes.unwrapped(sql, dialect):
        wrapping, inner = unwrapped
        facts = read(inner, dialect)
        if len(facts) != 1:
            raise Unreadable(f"{len(facts)} statements inside of {wrapping.kind}")
        facts[0].kind = wrapping.kind or facts[0].kind
        return facts
    try:
        trees = sqlglot.parse(shapes.written_otherwise(sql, dialect), dialect=dialect or None)
    except (SqlglotError, RecursionError) as error:
        raise Unreadable(re.sub(r"\x1b\[\d+m", "", str(error)).split("\n")[0]) from error
    trees = [tree for tree in trees if tree is not None and not isinstance(tree, exp.Semicolon)]
    if not trees:
        raise Unreadable("no statement")
    return [fact(tree, dialect) for tree in trees]


def fact(tree: exp.Expression, dialect: str) -> Fact:
    """What one tree does."""
    result = Fact(kind(tree, dialect))
    for node in tree.walk():
        if isinstance(node, (exp.Command, exp.Attach, exp.Detach)):
            raise Unreadable(f"the parser does not know what {node.sql()[:60]!r} does")
        if isinstance(node, (exp.Update, exp.Delete, exp.Merge, exp.TruncateTable)):
            result.faults.append({"TruncateTable": "TRUNCATE"}.get(type(node).__name__, type(node).__name__.upper()))
        elif isinstance(node, exp.Insert):
            result.targets.append(name(node.this))
            if node.args.get("alternative") or node.args.get("overwrite") or node.args.get("where"):
                result.faults.append("REPLACE")
        elif isinstance(node, exp.OnConflict):
            if node.args.get("duplicate") or node.expressions or str(node.args.get("action")).upper() != "DO NOTHING":
                result.faults.append("UPDATE on a conflict")
        elif isinstance(node, exp.Lock):
            result.faults.append("a lock of rows")
        elif isinstance(node, exp.Into):
            result.kind = "CREATE TABLE"
            result.targets.append(name(node.this, is_temporary=bool(node.args.get("temporary"))))
    if isinstance(tree, exp.Set):
        # A text in a variable may become a statement (MySQL's PREPARE).
        texts = " ".join(node.name for node in tree.find_all(exp.Literal) if node.is_string)
        result.faults += [f"{word} in a text" for word in re.findall(CHANGES, texts, re.I)]
    elif isinstance(tree, exp.Create):
        result.targets.append(created(tree))
        if tree.args.get("replace") and tree.kind != "VIEW":
            result.faults.append(f"REPLACE of a {tree.kind}")
    elif isinstance(tree, exp.Delete):
        result.targets.append(name(tree.this))
    elif isinstance(tree, exp.Drop):
        is_temporary = bool(tree.args.get("temporary"))
        result.targets += [name(table, is_temporary) for table in tree.args.get("tables") or [tree.this]]
    elif isinstance(tree, exp.Alter):
        result.targets.append(name(tree.this))
        actions = tree.args.get("actions") or []
        is_key = len(actions) == 1 and isinstance(actions[0], exp.AddConstraint) and all(
            isinstance(added, exp.PrimaryKey) for added in actions[0].expressions)
        is_column = len(actions) == 1 and isinstance(actions[0], exp.ColumnDef)
        result.kind = "ALTER TABLE ADD PRIMARY KEY" if is_key else "ALTER TABLE ADD COLUMN" if is_column else "ALTER"
    elif isinstance(tree, exp.Copy):
        result.targets += [name(tree.this)] if tree.args.get("kind") else []
    elif isinstance(tree, exp.Analyze):
        result.targets += [name(table) for table in tree.args.get("tables") or [tree.this] if table]
    return result


KINDS = {
    exp.Alter: "ALTER", exp.Analyze: "ANALYZE", exp.Commit: "transaction", exp.Copy: "COPY", exp.Delete: "DELETE",
    exp.Describe: "EXPLAIN", exp.Drop: "DROP", exp.Grant: "GRANT", exp.Insert: "INSERT", exp.LockingStatement: "lock",
    exp.Merge: "MERGE", exp.Rollback: "transaction", exp.Set: "setting", exp.Transaction: "transaction",
    exp.TruncateTable: "TRUNCATE", exp.Update: "UPDATE", exp.Use: "setting",
}


def kind(tree: exp.Expression, dialect: str) -> str:
    if isinstance(tree, exp.Pragma):
        return "PRAGMA " + pragma(tree)
    if isinstance(tree, exp.Create):
        return f"CREATE {tree.kind}"
    if isinstance(tree, exp.Query):
        calls = {node.sql(dialect=dialect or None) for node in tree.find_all(exp.Func)}
        return "lock" if any(LOCKS.search(call) for call in calls) else "SELECT"
    if type(tree) in KINDS:
        return KINDS[type(tree)]
    raise Unreadable(f"nobody knows what a {type(tree).__name__} does")


def pragma(tree: exp.Pragma) -> str:
    text = tree.this.sql(dialect="sqlite").split("=")[0].strip()
    return text.split(".")[-1].strip('" ').lower()


def name(node: exp.Expression | None, is_temporary: bool = False) -> Name:
    if isinstance(node, (exp.Schema, exp.Index)):
        return name(node.this if isinstance(node, exp.Schema) else node.args.get("table"), is_temporary)
    if not isinstance(node, exp.Table):
        raise Unreadable(f"what it writes to is no name: {node.sql()[:60] if node else 'nothing'}")
    marked = any(part.args.get("temporary") for part in node.parts)
    return named([part.name for part in node.parts], is_temporary or marked)


def named(parts: list[str], is_temporary: bool = False) -> Name:
    schemas = {part.lower() for part in parts[:-1]}
    last = parts[-1] if parts else ""
    return Name(parts, is_temporary or bool(schemas & SCRATCH_SCHEMAS) or last.lower().startswith(SCRATCH_PREFIXES))


def created(tree: exp.Create) -> Name:
    """What CREATE makes; of an index, the table that it is for."""
    properties = tree.args.get("properties")
    is_temporary = any(
        isinstance(one, exp.TemporaryProperty) or isinstance(one, exp.StabilityProperty) and one.name == "VOLATILE"
        for one in properties.expressions) if properties else False
    if tree.kind != "INDEX":
        return name(tree.this, is_temporary)
    return name(tree.this.args.get("table"), is_temporary)
