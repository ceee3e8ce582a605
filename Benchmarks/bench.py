#!/usr/bin/env python3
"""Measures the tool against plain SQL on SQLite, as ratios of medians taken alternately in one run.

    make bench                      # 1.0 M pageviews, 5 rounds
    Benchmarks/bench.py --copies 2 --rounds 3

Needs the release build, python3 and the sqlite3 shell. The pageviews are the real ones in ../shared/data, repeated with
their true gaps; without that file, `sessionizer generate`. Prints a table, and JSON with --json.
"""

import argparse
import concurrent.futures
import contextlib
import csv
import datetime
import json
import os
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = ROOT / ".build/release/sessionizer"
REAL = ROOT.parent / "shared/data/wikipedia_readers_pageviews.csv"

# The settings of the tool's own connection, so that both sides have the same.
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA temp.cache_size=-65536;"

LEDGER = """
CREATE TABLE session_table (event_id TEXT NOT NULL, session_id TEXT NOT NULL, user_id TEXT NOT NULL,
  page_view_at TEXT NOT NULL, sequence INTEGER, page TEXT, run_id INTEGER NOT NULL, PRIMARY KEY (event_id));
CREATE INDEX session_table_by_user_id ON session_table (user_id, page_view_at, event_id);
"""
VERSIONS = """
CREATE TABLE session_versions (anchor TEXT NOT NULL, run_id INTEGER NOT NULL, session_id TEXT NOT NULL,
  user_id TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT NOT NULL, last_event_id TEXT NOT NULL,
  first_sequence INTEGER, last_sequence INTEGER, pageviews INTEGER NOT NULL, anchors INTEGER NOT NULL,
  entry_page TEXT, exit_page TEXT, PRIMARY KEY (anchor, run_id));
CREATE INDEX session_versions_by_user_id ON session_versions (user_id, started_at);
CREATE INDEX session_versions_by_session_id ON session_versions (session_id, run_id);
"""

MICROS = "unixepoch(page_view_at) * 1000000 + substr(page_view_at, 21, 6)"
ORDER = "PARTITION BY user_id ORDER BY page_view_at, event_id"

# What one would write by hand: LAG, SUM, FIRST_VALUE; then a row for each session.
HAND_WRITTEN = f"""
INSERT INTO session_table
SELECT event_id, first_value(event_id) OVER (PARTITION BY user_id, n ORDER BY page_view_at, event_id
    ROWS UNBOUNDED PRECEDING), user_id, page_view_at, NULL, page, 1
FROM (SELECT *, sum(starts) OVER ({ORDER} ROWS UNBOUNDED PRECEDING) AS n
  FROM (SELECT event_id, user_id, page_view_at, page,
      CASE WHEN {MICROS} >= lag({MICROS}) OVER ({ORDER}) + 1800000000 THEN 1 ELSE 0 END AS starts
    FROM pageviews));
INSERT INTO session_versions
SELECT g.session_id, 1, g.session_id, f.user_id, f.page_view_at, g.ended, l.event_id, NULL, NULL, g.n, 1, f.page, l.page
FROM (SELECT session_id, max(page_view_at) AS ended, count(*) AS n FROM session_table GROUP BY session_id) g
JOIN session_table f ON f.event_id = g.session_id
JOIN session_table l ON l.event_id = (SELECT x.event_id FROM session_table x
  WHERE x.user_id = f.user_id AND x.page_view_at = g.ended ORDER BY x.event_id DESC LIMIT 1);
"""

# The totals over a plain table with final session ids, and through the views.
TOTALS = """
SELECT count(*), count(DISTINCT user_id), sum(pageviews), sum(pageviews = 1), sum(duration), max(entry_page),
  max(exit_page) FROM ({sessions});
"""
PLAIN_SESSIONS = """
SELECT g.session_id, f.user_id, g.n AS pageviews, f.page AS entry_page,
  (unixepoch(substr(g.ended, 1, 19)) * 1000000 + substr(g.ended, 21)
    - unixepoch(substr(f.page_view_at, 1, 19)) * 1000000 - substr(f.page_view_at, 21)) / 1000000.0 AS duration,
  (SELECT x.page FROM plain x WHERE x.user_id = f.user_id AND x.page_view_at = g.ended ORDER BY x.event_id DESC LIMIT 1)
    AS exit_page
FROM (SELECT session_id, max(page_view_at) AS ended, count(*) AS n FROM plain GROUP BY session_id) g
JOIN plain f ON f.event_id = g.session_id
"""
VIEW_SESSIONS = "SELECT user_id, pageviews, duration, entry_page, exit_page FROM sessions"
# Computed from the two times on every side, since a table of sessions by hand has them, and no duration beside them.
DURATION = ("(unixepoch(substr(ended_at, 1, 19)) * 1000000 + substr(ended_at, 21) - "
            "unixepoch(substr(started_at, 1, 19)) * 1000000 - substr(started_at, 21)) / 1000000.0")


# What share of the sessions has more than one version, and what share of the anchors was merged, in percent.
SHARES = {
    "sessions in a second version (%)": "SELECT 100.0 * (SELECT count(*) FROM (SELECT anchor FROM session_versions GROUP BY "
    "anchor HAVING count(*) > 1) v) / (SELECT count(*) FROM sessions)",
    "merged (%)": "SELECT 100.0 * (SELECT count(*) FROM session_lineage) / (SELECT count(*) FROM sessions)",
}
# A look-up is too short to be timed once.
TIMES = {"totals": 1, "one user": 500, "one session": 500, "one day": 1}


def run(command, **options):
    """Runs a command; returns its wall seconds and peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL,
                               stderr=options.pop("stderr", subprocess.DEVNULL), **options)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"bench: failed: {' '.join(str(part) for part in command)}")
    return seconds, usage.ru_maxrss / 1024


def shell(database, sql):
    """Runs SQL in the sqlite3 shell and returns the wall seconds of the statements after `.timer on`."""
    result = subprocess.run(["sqlite3", "-bail", str(database)], input=PRAGMAS + "\n" + sql, text=True,
                            capture_output=True)
    if result.returncode:
        sys.exit("bench: sqlite3: " + result.stderr.strip())
    return sum(float(found) for found in re.findall(r"Run Time: real ([0-9.]+)", result.stdout))


def lookups(database, sql, times):
    """The wall seconds of a short query, carried out so many times: the shell's timer counts whole milliseconds."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.executescript(PRAGMAS)
        start = time.perf_counter()
        for _ in range(times):
            connection.execute(sql).fetchall()
        return time.perf_counter() - start


def query(database, sql):
    """The first value of a query."""
    result = subprocess.run(["sqlite3", "-bail", str(database), sql], text=True, capture_output=True, check=True)
    return result.stdout.splitlines()[0]


def copy(source, target):
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(str(target) + suffix).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def tool_transaction(arguments, log):
    """Runs the tool with --verbose; returns the seconds from BEGIN to COMMIT as its connection measured them, and its
    peak memory in MB."""
    with open(log, "w") as stderr:
        _, memory = run([TOOL, *arguments, "--verbose"], stderr=stderr)
    units = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
    total, inside, pending = 0.0, False, 0.0
    for line in pathlib.Path(log).read_text().splitlines():
        found = re.match(r"-- ([0-9.]+) (ns|µs|us|ms|s|min)\b", line)
        if found:
            pending = float(found.group(1)) * units[found.group(2)]
            if inside:
                total += pending
        elif line.startswith("BEGIN"):
            inside, total = True, pending
        elif line.startswith("COMMIT"):
            inside = False
    return total, memory


def pageviews(path, copies):
    """Writes the pageviews as CSV, numbered by time; returns how many there are."""
    if not REAL.exists():
        print(f"bench: {REAL.name} is absent: generated pageviews instead", file=sys.stderr)
        run([TOOL, "generate", "--events", copies * 63524, "--format", "csv", "--output", path])
        return copies * 63524
    with open(REAL) as file:
        rows = [(datetime.datetime.fromisoformat(at), key, page) for _, _, key, at, page in list(csv.reader(file))[1:]]
    all_rows = sorted(((at + datetime.timedelta(seconds=k * 7919), f"{key}-{k}", page)
                       for k in range(copies) for at, key, page in rows), key=lambda row: row[0])
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["event_id", "user_id", "page_view_at", "page"])
        for number, (at, user, page) in enumerate(all_rows, 1):
            writer.writerow([number, user, at.strftime("%Y-%m-%d %H:%M:%S.%f"), page])
    return len(all_rows)


def alternate(rounds, ours, theirs):
    """Runs both in turn; returns the medians and the median of the ratios."""
    mine, other = [], []
    for _ in range(rounds):
        mine.append(ours())
        other.append(theirs())
    ratio = statistics.median(a / b for a, b in zip(mine, other))
    return {"tool": statistics.median(mine), "plain": statistics.median(other), "ratio": ratio}


def new_rows(history, rows=10_000):
    """Rows that arrive: every twentieth is late, somewhere in the history; the others come after it."""
    return f"""
        INSERT INTO pageviews (event_id, user_id, page_view_at, page)
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {rows - 1})
        SELECT 'new-' || i, p.user_id,
          CASE WHEN i % 20 = 0 THEN strftime('%Y-%m-%d %H:%M:%S', p.page_view_at, '+7 minutes') || '.000000'
            ELSE strftime('%Y-%m-%d %H:%M:%S', (SELECT max(page_view_at) FROM session_table), i || ' seconds')
              || '.000000' END, p.page
        FROM n JOIN pageviews p ON p.arrival_id = 1 + (i * 7919) % {history};"""


def held_back(path, folder):
    """The same pageviews in two files. The second has what makes 1 % of the sessions merge, pageviews that bridge two
    of the first file's sessions, and as many others, each of which gives its session a second version."""
    gap = datetime.timedelta(minutes=30)
    users, sessions, bridges, others = {}, 0, [], []
    with open(path, newline="") as source:
        for number, (_, user, at, _) in enumerate(csv.reader(source)):
            if number:
                users.setdefault(user, []).append((datetime.datetime.fromisoformat(at), number))
    for views in users.values():
        bridge = -2
        for k, (at, number) in enumerate(views):
            starts = k == 0 or at - views[k - 1][0] >= gap
            ends = k + 1 == len(views) or views[k + 1][0] - at >= gap
            sessions += starts
            if not starts and not ends and views[k + 1][0] - views[k - 1][0] >= gap:
                if k > bridge + 1:  # Two neighbours held back merge as one.
                    bridges.append(number)
                    bridge = k
            elif ends and not starts:
                others.append(number)
    wanted = sessions // 100
    second = set(bridges[:: max(1, len(bridges) // wanted)][:wanted]) | set(others[:: max(1, len(others) // wanted)][:wanted])
    parts = folder / "first.csv", folder / "second.csv"
    with open(path, newline="") as source, open(parts[0], "w", newline="") as first, open(parts[1], "w", newline="") as late:
        early, later = csv.writer(first), csv.writer(late)
        for number, row in enumerate(csv.reader(source)):  # A page may hold a line break.
            if number not in second:
                early.writerow(row)
            if number == 0 or number in second:
                later.writerow(row)
    return parts


def measure(arguments, folder):
    results = {}
    big = folder / "pageviews.csv"
    # In a process of its own: a child's peak memory counts from that of the process that starts it.
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        count = pool.submit(pageviews, big, arguments.copies).result()
    empty, loaded, done, work, log = (folder / name for name in ("empty.db", "loaded.db", "done.db", "work.db", "log"))
    run([TOOL, "create", "--target", f"sqlite:{empty}"])
    memory = {}

    def load():
        copy(empty, work)
        seconds, memory["load"] = run([TOOL, "load", big, "--target", f"sqlite:{work}", "--quiet"])
        return seconds

    def shell_import():
        work.unlink(missing_ok=True)
        copy("/dev/null", work)
        sql = (PRAGMAS + "\nCREATE TABLE pageviews (event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT);\n"
               "CREATE INDEX pageviews_by_event_id ON pageviews (event_id);\n.mode csv\n"
               f".import --skip 1 {big} pageviews\n")
        start = time.perf_counter()
        subprocess.run(["sqlite3", "-bail", str(work)], input=sql, text=True, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    results["load / .import"] = alternate(arguments.rounds, load, shell_import) | {"target": 0.8}

    copy(empty, loaded)
    run([TOOL, "load", big, "--target", f"sqlite:{loaded}", "--quiet"])

    def first_run():
        copy(loaded, work)
        seconds, memory["run"] = tool_transaction(["run", "--target", f"sqlite:{work}"], log)
        return seconds

    def by_hand():
        copy(loaded, work)
        drop = "DROP VIEW sessions; DROP VIEW session_events; DROP TABLE session_table; DROP TABLE session_versions;"
        return shell(work, drop + LEDGER + VERSIONS + "\n.timer on\nBEGIN;\n" + HAND_WRITTEN + "COMMIT;\n")

    results["first run / hand-written"] = alternate(arguments.rounds, first_run, by_hand) | {"target": 0.55}

    def new_run_ratio(history, rows=10_000):
        """A --new run of so many rows, 5 % late, on a history; against a bare insert of the same rows."""
        base, extra = folder / f"history{history}.db", folder / "extra.db"
        copy(empty, base)
        part = folder / "part.csv"
        with open(big) as source, open(part, "w") as target:
            for _, line in zip(range(history + 1), source):
                target.write(line)
        run([TOOL, "load", part, "--target", f"sqlite:{base}", "--quiet"])
        run([TOOL, "run", "--target", f"sqlite:{base}", "--quiet"])
        shell(base, new_rows(history, rows))
        copy(base, work)
        tool_transaction(["run", "--new", "--target", f"sqlite:{work}"], log)
        shell(work, f"ATTACH '{extra}' AS x; DROP TABLE IF EXISTS x.rows; CREATE TABLE x.rows AS "
              "SELECT * FROM session_table WHERE event_id LIKE 'new-%'; DROP TABLE IF EXISTS x.versions; "
              "CREATE TABLE x.versions AS SELECT * FROM session_versions WHERE run_id = 2;")

        def new_run():
            copy(base, work)
            return tool_transaction(["run", "--new", "--target", f"sqlite:{work}"], log)[0]

        def bare_insert():
            copy(base, work)
            return shell(work, f"ATTACH '{extra}' AS x;\n.timer on\nBEGIN;\n"
                         "INSERT INTO session_table SELECT * FROM x.rows;\n"
                         "INSERT INTO session_versions SELECT * FROM x.versions;\nCOMMIT;\n")

        return alternate(arguments.rounds, new_run, bare_insert)

    full = new_run_ratio(count - count % 1000)
    small = new_run_ratio(count // 10)
    results["--new 10,000 rows / bare insert"] = full | {"target": 2.5}
    results["the same on a tenth of the history"] = small
    results["ratio of the two"] = {"ratio": full["ratio"] / small["ratio"], "target": 1.3}
    thousand = new_run_ratio(count - count % 1000, 1000)
    thousand["ratio"] = (thousand["tool"] - 0.020) / thousand["plain"]
    results["(--new 1,000 rows - 20 ms) / bare insert"] = thousand | {"target": 4.0}

    copy(empty, done)
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        parts = pool.submit(held_back, big, folder).result()
    for part in parts:
        run([TOOL, "load", part, "--target", f"sqlite:{done}", "--quiet"])
        run([TOOL, "run", "--target", f"sqlite:{done}", "--quiet"])
    for name, sql in SHARES.items():
        results[name] = {"tool": float(query(done, sql)), "ratio": None}
    shell(done, "CREATE TABLE plain_sessions AS SELECT * FROM sessions; CREATE INDEX plain_sessions_by_user ON "
          "plain_sessions (user_id, started_at); CREATE INDEX plain_sessions_by_session ON plain_sessions (session_id);")
    shell(done, LEDGER.replace("session_table", "plain") + "INSERT INTO plain SELECT event_id, session_id, user_id, "
          "page_view_at, sequence, page, run_id FROM session_events;")
    # Reading, each against the totals over a plain table of pageviews with final session ids.
    user = query(done, "SELECT user_id FROM sessions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    session = query(done, "SELECT session_id FROM sessions ORDER BY pageviews DESC, 1 LIMIT 1")
    day = query(done, "SELECT substr(started_at, 1, 10) FROM sessions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    for name, where, target in [
        ("totals", "true", 0.6), ("one user", f"user_id = '{user}'", 0.01), ("one session", f"session_id = '{session}'", 0.01),
        ("one day", f"started_at >= '{day}' AND started_at < date('{day}', '+1 day')", 0.3)]:
        view = TOTALS.format(sessions=VIEW_SESSIONS + " WHERE " + where)
        results[f"{name} through the view / totals of plain"] = alternate(
            arguments.rounds, lambda view=view: shell(done, ".timer on\n" + view),
            lambda: shell(done, ".timer on\n" + TOTALS.format(sessions=PLAIN_SESSIONS))) | {"target": target}
        plain = TOTALS.format(sessions=f"SELECT user_id, pageviews, {DURATION} AS duration, entry_page, exit_page "
                              "FROM plain_sessions WHERE " + where)
        results[f"{name} through the view / plain sessions"] = alternate(
            arguments.rounds, lambda view=view: lookups(done, view, TIMES[name]),
            lambda: lookups(done, plain, TIMES[name])) | {"target": 3.0}
    shell(done, new_rows(count - count % 1000))
    run([TOOL, "run", "--new", "--target", f"sqlite:{done}", "--quiet"])
    last = query(done, "SELECT max(run_id) - 1 FROM session_runs")
    results["--changed-since, whole process / totals of plain"] = alternate(
        arguments.rounds,
        lambda: run([TOOL, "sessions", "--changed-since", last, "--format", "csv", "--target", f"sqlite:{done}"])[0],
        lambda: shell(done, ".timer on\n" + TOTALS.format(sessions=PLAIN_SESSIONS))) | {"target": 0.1}

    starts = [run([TOOL, "status", "--target", f"sqlite:{empty}"])[0] for _ in range(2 * arguments.rounds)]
    results["start-up, whole process (s)"] = {"tool": statistics.median(starts), "ratio": None, "target": "0.050 s"}
    results["peak memory of load (MB)"] = {"tool": memory["load"], "ratio": None, "target": "228, 128 of it caches"}
    results["peak memory of run (MB)"] = {"tool": memory["run"], "ratio": None, "target": "228, 128 of it caches"}
    return {"pageviews": count, "rounds": arguments.rounds, "results": results}


def show(figures, path=None):
    """Prints the figures as a table, and writes them as JSON where a path is given."""
    print(f"{figures['pageviews']:,} pageviews, medians of {figures['rounds']} alternating rounds\n")
    print(f"{'':42} {'tool':>9} {'plain':>9} {'ratio':>7}  target")
    for name, row in figures["results"].items():
        def cell(value, width, digits):
            return f"{value:>{width}.{digits}f}" if isinstance(value, float) else " " * width
        print(f"{name:42} {cell(row.get('tool'), 9, 3)} {cell(row.get('plain'), 9, 3)} {cell(row['ratio'], 7, 2)}  "
              f"{row.get('target', '')}")
    if path:
        pathlib.Path(path).write_text(json.dumps(figures, indent=2) + "\n")



def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=16, help="copies of the 63,524 real pageviews (default 16)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each pair (default 5)")
    parser.add_argument("--json", metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument("--tool", type=pathlib.Path, help="the sessionizer to measure (default: the release build)")
    parser.add_argument("--folder", help="where the databases go (default: the system's temporary folder)")
    arguments = parser.parse_args()
    if arguments.tool:
        global TOOL
        TOOL = arguments.tool.resolve()
    if not TOOL.exists():
        sys.exit("bench: no release build; run `make bench`, or swift build -c release")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        figures = measure(arguments, pathlib.Path(folder))
    show(figures, arguments.json)


if __name__ == "__main__":
    main()
