"""What a statement does by its words: for dialects whose engines do not run here, and which the parser knows only in
part. It errs on the side of finding fault."""

import re

from reading import Fact, Name, named

FORBIDDEN = {"UPDATE", "DELETE", "MERGE", "TRUNCATE", "REPLACE", "UPSERT"}
# What each of them may stand in, and change nothing.
HARMLESS = [re.compile(pattern) for pattern in (
    r"\bREPLACE\s*\(", r"^\s*REPLACE\s+VIEW\b", r"\bOR\s+REPLACE\s+VIEW\b", r"\bON\s+COMMIT\s+DELETE\s+ROWS\b",
)]
# By the first word, where that says it all.
SIMPLE = {
    "ALTER SESSION": "setting", "ANALYZE": "ANALYZE", "BEGIN": "transaction", "BT": "transaction",
    "COMMIT": "transaction", "DATABASE": "setting", "END": "transaction", "ET": "transaction", "GRANT": "GRANT",
    "LOCK": "lock", "LOCKING": "lock", "ROLLBACK": "transaction", "SELECT": "SELECT", "SET": "setting",
    "START": "transaction", "USE": "setting", "VALUES": "SELECT", "WHENEVER": "setting", "WITH": "SELECT",
}
# Code around statements: blocks of PL/SQL and its kin, and MySQL's statements made of texts.
BLOCK = re.compile(
    r"\s*(BEGIN\s+(?!TRAN)\w|DECLARE\s+(?!GLOBAL)|SET\s+@|PREPARE\b|EXECUTE\b|DEALLOCATE\b|IF\b.*\bEXEC\b)",
    re.I | re.S)

PART = r"(?:[\w#$]+|\"[^\"]+\"|`[^`]+`|\[[^\]]+\])"
PATH = rf"({PART}(?:\.{PART})*)"
INSERT = re.compile(rf"\bINSERT\s+INTO\s+(?:TABLE\s+)?{PATH}", re.I)
DROP = re.compile(rf"\bDROP\s+(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?{PATH}", re.I)
CREATE = re.compile(
    rf"\b(?:CREATE|DECLARE|REPLACE)\s+((?:\w+\s+)*?)(TABLE|VIEW|INDEX)\s+(?:IF\s+NOT\s+EXISTS\s+)?{PATH}"
    rf"(?:\s+ON\s+{PATH})?", re.I)


def read(sql: str, reason: str) -> Fact:
    """What a statement does, as far as its words say."""
    if BLOCK.match(sql):
        return block(sql, reason)
    # Names in quotes are wanted, texts are not.
    plain = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", sql, flags=re.S)
    words = without_harmless(re.sub(r'"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]', "x", plain))
    fact = Fact("", faults=sorted(set(words) & FORBIDDEN), by="words", reason=reason)
    if match := INSERT.search(plain):
        fact.kind, fact.targets = "INSERT", [target(match[1])]
    elif match := CREATE.search(plain):
        fact.kind, fact.targets = created(match)
    elif match := DROP.search(plain):
        fact.kind, fact.targets = "DROP", [target(match[1])]
    else:
        fact.kind = SIMPLE.get(" ".join(words[:1])) or SIMPLE.get(" ".join(words[:2])) or " ".join(words[:1])
    return fact


def block(sql: str, reason: str) -> Fact:
    """The texts in quotes may be statements: all of it is looked at, quotes and all."""
    sql = re.sub(r"'\s*\+\s*N?'", "", sql)
    words = set(without_harmless(sql))
    faults = words & (FORBIDDEN | {"DROP", "ALTER", "INSERT"})
    fact = Fact("block", faults=sorted(faults), by="words", reason=reason)
    if match := CREATE.search(sql):
        fact.kind, fact.targets = created(match)
    elif any("LOCK" in word for word in words):
        fact.kind = "lock"
    return fact


def without_harmless(text: str) -> list[str]:
    text = text.upper()
    for pattern in HARMLESS:
        text = pattern.sub(" ", text)
    return re.findall(r"[A-Z_]\w*", text)


def created(match: re.Match) -> tuple[str, list[Name]]:
    is_temporary = re.search(r"TEMP|VOLATILE|GLOBAL", match[1], re.I) is not None
    kind = match[2].upper()
    return f"CREATE {kind}", [target(match[4] if kind == "INDEX" and match[4] else match[3], is_temporary)]


def target(text: str, is_temporary: bool = False) -> Name:
    return named([part.strip('"`[]') for part in re.findall(PART, text)], is_temporary)
