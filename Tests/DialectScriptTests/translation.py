"""Translates scripts of dialects whose engines do not run here to DuckDB, by sqlglot and the corrections beside it."""
import re

import sqlglot
from sqlglot import exp

from corrections import BY_DIALECT, EVERYWHERE

# Collations that compare by bytes, as DuckDB does without one. Any other stays, and DuckDB refuses it.
BYTE_COLLATIONS = {"c", "latin1_general_100_bin2", "latin1_general_100_bin2_utf8", "utf8mb4_0900_bin", "case_sensitive", "utf8_binary"}

TIME = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?'")
# Stands for the time of that number.
MARK = re.compile(r"'1970-01-01 00:00:00\.(\d{6})'")


class Translator:
    def __init__(self, dialect):
        self.rules = BY_DIALECT[dialect]
        self.functions = EVERYWHERE.functions + self.rules.functions
        self.left_out = EVERYWHERE.left_out + self.rules.left_out
        self.needed = set()
        self.known = {}

    def preparations(self):
        """What DuckDB must have before the first statement."""
        yield "SET TimeZone = 'UTC'"
        yield "CREATE SEQUENCE arrival_ids"
        for function, body, _ in self.functions:
            yield f"CREATE MACRO {function}{' AS ' if function.endswith(')') else ' '}{body}"

    def unused(self):
        """Corrections that no statement has needed."""
        return [name for name, *_ in self.rules.texts + self.rules.left_out if name not in self.needed] + [
            name for name, *_ in self.rules.functions if name not in self.needed
        ]

    def statements(self, sql):
        """DuckDB's statements for one of the dialect's; none where it is left out. Those that differ in nothing but
        times are translated once."""
        times = []

        def mark(match):
            times.append(match[0])
            return f"'1970-01-01 00:00:00.{len(times):06}'"

        pattern = TIME.sub(mark, sql)
        if pattern not in self.known:
            self.known[pattern] = self.translated(pattern)
        return [MARK.sub(lambda match: times[int(match[1]) - 1], text) for text in self.known[pattern]]

    def translated(self, sql):
        body = "\n".join(line for line in sql.split("\n") if not line.startswith("--")).strip()
        for pattern, instead, _ in self.rules.texts:
            body, count = re.subn(pattern, instead, body)
            if count:
                self.needed.add(pattern)
        for pattern, _ in self.left_out:
            if re.match(pattern, body):
                self.needed.add(pattern)
                return []
        trees = [self.corrected(tree) for tree in sqlglot.parse(body, read=self.rules.reads or None) if tree]
        texts = [tree.sql("duckdb", comments=False) for tree in trees]
        for name, *_ in self.rules.functions:
            if any(re.search(rf"\b{name.split('(')[0]}\(", text, re.IGNORECASE) for text in texts):
                self.needed.add(name)
        return texts

    def corrected(self, tree):
        for node in reversed(list(tree.walk())):
            instead = self.corrected_node(node)
            if instead is not node:
                node.replace(instead)
                tree = instead if node is tree else tree
        return tree

    def corrected_node(self, node):
        if isinstance(node, exp.DataType) and node.is_type(*exp.DataType.TEXT_TYPES):
            # No length, and no other encoding than UTF-8.
            return exp.DataType.build("TEXT")
        if isinstance(node, exp.Collate) and node.expression.name.lower() in BYTE_COLLATIONS:
            return node.this
        if isinstance(node, exp.ColumnDef):
            node.set("constraints", [kept for kept in map(column_constraint, node.constraints) if kept])
        if isinstance(node, exp.Schema):
            node.set("expressions", [part for part in node.expressions if not is_unenforced(part)])
        if isinstance(node, exp.National):
            return exp.Literal.string(node.this)
        if isinstance(node, exp.Cast):
            if node.to.this == exp.DataType.Type.CHARACTER_SET:
                node.set("to", exp.DataType.build("TEXT"))
            is_text = node.to.is_type(*exp.DataType.TEXT_TYPES)
            if self.rules.six_digits and is_text and isinstance(node.this, exp.Column):
                return exp.func("six_digits", node.this)
        # DuckDB takes it through a float, which does not hold the microseconds of the year 9999.
        if isinstance(node, exp.Interval) and node.text("unit").upper() in ("MICROSECOND", "MICROSECONDS"):
            if not isinstance(node.this, exp.Literal):
                return exp.func("to_microseconds", node.this)
        # DuckDB's octet_length is for blobs.
        if isinstance(node, exp.Anonymous) and node.name.lower() == "octet_length":
            return exp.func("strlen", node.expressions[0])
        if isinstance(node, exp.ByteLength):
            return exp.func("strlen", node.this)
        if isinstance(node, exp.Length) and isinstance(node.this, exp.Encode):
            return exp.func("strlen", node.this.this)
        # DuckDB's SECOND has no fraction.
        if isinstance(node, exp.Extract) and node.name.upper() == "SECOND":
            digits = exp.Extract(this=exp.var("MICROSECOND"), expression=node.expression)
            return exp.paren(exp.cast(digits, "DECIMAL(20, 6)") * exp.Literal.number("0.000001"))
        # Texts put together with +, of which sqlglot knows no types: one of them is a constant.
        if isinstance(node, exp.Add) and any(is_text_constant(part) for part in (node.left, node.right)):
            return exp.DPipe(this=node.left, expression=node.right)
        if self.rules.empty_is_null and node.is_string and node.name == "":
            return exp.null()
        return node


def column_constraint(constraint):
    kind = constraint.kind
    if isinstance(kind, exp.CollateColumnConstraint) and kind.this.name.lower() in BYTE_COLLATIONS:
        return None
    if isinstance(kind, (exp.CharacterSetColumnConstraint, exp.CaseSpecificColumnConstraint)):
        return None
    if isinstance(kind, (exp.GeneratedAsIdentityColumnConstraint, exp.AutoIncrementColumnConstraint)):
        number = exp.func("nextval", exp.Literal.string("arrival_ids"))
        constraint.set("kind", exp.DefaultColumnConstraint(this=number))
    return constraint


def is_unenforced(part):
    """A key that the engine does not enforce is none in DuckDB."""
    options = part.args.get("options") if isinstance(part, exp.PrimaryKey) else None
    return any("NOT ENFORCED" in str(option).upper() for option in options or [])


def is_text_constant(node):
    return isinstance(node, (exp.Chr, exp.National)) or node.is_string
