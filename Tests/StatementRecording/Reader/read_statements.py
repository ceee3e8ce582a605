#!/usr/bin/env python3
"""Has all SQL that the tests have sent, and all that is kept in files, read by an independent parser (sqlglot), and
holds it against what each phase of a job may send.

    read_statements.py FOLDER    FOLDER is what SESSIONIZER_STATEMENTS named while the tests ran

Prints a table, writes the whole list to FOLDER/report.md, and exits 1 where anything is wrong.
"""

import json
import multiprocessing
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import sqlglot

import golden
import planted
import shapes
from judging import Verdict, judge

# Which SQL the engines of the tests understand (`Tests/LawTests/Engines/Engine.swift`).
DIALECTS = {
    "sqlite": "sqlite", "sqliteODBC": "sqlite", "postgresC": "postgres", "postgresICU": "postgres",
    "psqlODBC": "postgres", "mariadb": "mysql", "duckdb": "duckdb", "adbcSQLite": "sqlite", "adbcPostgres": "postgres",
    "sail": "spark",
}
PHASES = ["create", "load", "run", "read", "erase", "take-back", "clean-up", None]


@dataclass
class Sent:
    """One kind of statement of an engine and a phase."""

    engine: str
    phase: str | None
    sql: str
    # How often it was sent; of a process that was killed, at least.
    count: int
    by_hand: str | None = None
    file: str = ""
    verdicts: list[Verdict] = field(default_factory=list)


def recorded(folder: Path) -> list[Sent]:
    found: dict[tuple, Sent] = {}
    for path in sorted(folder.glob("*.jsonl")):
        counts_file = path.with_suffix(".counts")
        counts = counts_file.read_text().split() if counts_file.exists() else []
        lines = path.read_text().split("\n")
        # What follows the last end of a line was being written when its process was killed.
        for number, line in enumerate(lines[:-1]):
            record = json.loads(line)
            count = int(counts[number]) if number < len(counts) else 1
            one = Sent(record["engine"], record.get("phase"), record["sql"], count, record.get("byHand"))
            key = (one.engine, one.phase, one.by_hand, one.sql)
            if key in found:
                found[key].count += count
            else:
                found[key] = one
    return list(found.values())


def likeness(one: Sent) -> tuple:
    """The same for texts that differ in nothing but values, numbers and random parts of names, as on several engines of
    one dialect: they are read once. Where it is not plain where a text ends, only equal ones are alike."""
    dialect, sql = DIALECTS[one.engine], shapes.without_annotation(one.sql)
    if not re.search(r"\\|\$|--|/\*", sql):
        sql = re.sub(
            r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`""",
            lambda match: "''" if match[0].startswith("'") else match[0], sql)
        sql = re.sub(r"\d+", "0", re.sub(r"[0-9a-f]{8,}", "#", sql))
    return dialect, one.phase, sql


def judged(task: tuple[str, str, str | None]) -> list[Verdict]:
    return judge(*task, is_live=True)


def kept(path: Path) -> list[Sent]:
    """What is kept in a file, judged."""
    found: list[Sent] = []
    scratch: set[str] = set()
    for one in golden.statements(path):
        verdicts = judge(one.sql, one.dialect, one.phase, one.is_live, scratch)
        found.append(Sent(one.engine, one.phase, one.sql, 1, file=one.file, verdicts=verdicts))
    return found


def main() -> int:
    start = time.monotonic()
    folder = Path(sys.argv[1])
    if wrong := planted.complaints():
        print("statements: the reader is wrong\n" + "\n".join(wrong))
        return 1
    sent = recorded(folder)
    judging = [one for one in sent if one.by_hand is None]
    tasks = {likeness(one): (one.sql, DIALECTS[one.engine], one.phase) for one in judging}
    with multiprocessing.Pool() as pool:
        verdicts = dict(zip(tasks, pool.map(judged, tasks.values(), chunksize=64)))
        files = [one for found in pool.map(kept, golden.files(), chunksize=4) for one in found]
    for one in judging:
        one.verdicts = verdicts[likeness(one)]
    faults = [(one, verdict.fault) for one in judging + files for verdict in one.verdicts if verdict.fault]
    write_report(folder / "report.md", sent, files, faults)
    print_table(judging, files, [one for one in sent if one.by_hand])
    for one, fault in faults[:10]:
        print(f"FAULT: {one.engine}{f', {one.file}' if one.file else ''}: {fault}\n  {short(one.sql, 300)}")
    print(f"statements: {len(faults)} faults; the list is {folder}/report.md ({time.monotonic() - start:.0f} s)")
    if not judging:
        print("statements: nothing was recorded, which proves nothing")
        return 1
    return 1 if faults else 0


def print_table(judging: list[Sent], files: list[Sent], by_hand: list[Sent]) -> None:
    print(f"Statements as sqlglot {sqlglot.__version__} reads them: kinds of text, and how often they were sent")
    for engine in dict.fromkeys(list(DIALECTS) + [one.engine for one in judging]):
        for phase in PHASES:
            rows = [one for one in judging if (one.engine, one.phase) == (engine, phase)]
            if rows:
                times = sum(one.count for one in rows)
                print(f"  {engine:<12}{phase or 'no phase':<10}{len(rows):>6}{times:>10}  {kinds(rows)}")
    known_by = Counter(verdict.by for one in files for verdict in one.verdicts)
    dialects = len({one.engine for one in files})
    print(
        f"  files: {len(files)} statements of {dialects} dialects, {known_by['tree']} read by their tree, "
        f"{known_by['shape']} by their shape, {known_by['words']} by their words")
    print(f"  by hand: {len(by_hand)} kinds of text that tests send to do damage, not judged")


def kinds(rows: list[Sent]) -> str:
    """The kinds of statements in few words, the most frequent first."""
    counts: Counter = Counter()
    for one in rows:
        for verdict in one.verdicts:
            words = verdict.kind.split(" ")
            if "scratch" in words:
                counts["for scratch tables"] += 1
            elif words[0] == "CREATE":
                counts[" ".join(words[:2])] += 1
            else:
                counts[words[0]] += 1
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


def write_report(path: Path, sent: list[Sent], files: list[Sent], faults: list) -> None:
    with path.open("w") as out:
        out.write(f"# Statements\n\nAs sqlglot {sqlglot.__version__} reads them. One of each kind of text is shown, ")
        out.write("with how often its kind was sent.\n\n## Faults\n\n")
        out.write("".join(f"- {one.engine} {one.file}: {fault}\n" for one, fault in faults) or "None.\n")
        out.write("\n## Not read by their tree\n\nThe parser does not know them; they are known by their whole shape, ")
        out.write("or by their words.\n\n")
        for (engine, by, kind, reason), count in sorted(unread(sent + files).items()):
            out.write(f"- {engine}, {kind}, by its {by}: {count} ({reason})\n")
        sections: dict[tuple, list[Sent]] = defaultdict(list)
        for one in sent + files:
            what = "by hand" if one.by_hand else one.file or "sent"
            sections[(one.engine, what, one.phase or "no phase")].append(one)
        for (engine, what, phase), rows in sorted(sections.items()):
            out.write(f"\n## {engine}, {phase}, {what}\n")
            for one in sorted(rows, key=lambda one: ([verdict.kind for verdict in one.verdicts], one.sql)):
                named = ", ".join(verdict.kind for verdict in one.verdicts) or one.by_hand
                out.write(f"\n{named}, {one.count} ×\n\n```sql\n{one.sql}\n```\n")


def unread(rows: list[Sent]) -> Counter:
    return Counter(
        (one.engine, verdict.by, verdict.kind, verdict.reason)
        for one in rows for verdict in one.verdicts if verdict.by in ("shape", "words"))


def short(sql: str, length: int) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= length else text[: length - 1] + "…"


if __name__ == "__main__":
    sys.exit(main())
