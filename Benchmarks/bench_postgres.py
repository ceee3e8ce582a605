#!/usr/bin/env python3
"""Measures the tool against plain SQL on PostgreSQL, as ratios of medians taken alternately in one run.

    make bench-postgres                         # 1.0 M pageviews, 3 rounds, on a private server
    Benchmarks/bench_postgres.py --copies 2 --url postgres://postgres@127.0.0.1:5432/postgres

Needs the release build, python3 and psql; makes and drops databases named sessionizer_bench_… on the server. Statements are
measured from BEGIN to COMMIT on both sides; what a process costs to start is shown apart.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import bench

LEDGER = """
CREATE TABLE hand (event_id text COLLATE "C" NOT NULL, session_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL, page_view_at timestamp NOT NULL, sequence bigint,
  page text COLLATE "C", run_id bigint NOT NULL, PRIMARY KEY (event_id));
CREATE INDEX ON hand (user_id, page_view_at, event_id);
CREATE TABLE hand_sessions (anchor text COLLATE "C" NOT NULL, run_id bigint NOT NULL,
  session_id text COLLATE "C" NOT NULL, user_id text COLLATE "C" NOT NULL, started_at timestamp NOT NULL,
  ended_at timestamp NOT NULL, last_event_id text COLLATE "C" NOT NULL, first_sequence bigint, last_sequence bigint,
  pageviews bigint NOT NULL, anchors bigint NOT NULL, entry_page text COLLATE "C", exit_page text COLLATE "C",
  PRIMARY KEY (anchor, run_id));
CREATE INDEX ON hand_sessions (user_id, started_at);
CREATE INDEX ON hand_sessions (session_id, run_id);
"""

ORDER = "PARTITION BY user_id ORDER BY page_view_at, event_id"

# What one would write by hand: LAG, SUM, FIRST_VALUE; then a row for each session.
HAND_WRITTEN = f"""
INSERT INTO hand
SELECT event_id, first_value(event_id) OVER (PARTITION BY user_id, n ORDER BY page_view_at, event_id), user_id,
  page_view_at, NULL, page, 1
FROM (SELECT *, sum(starts) OVER ({ORDER}) AS n
  FROM (SELECT event_id, user_id, page_view_at, page,
      CASE WHEN page_view_at >= lag(page_view_at) OVER ({ORDER}) + interval '30 minutes' THEN 1 ELSE 0 END AS starts
    FROM pageviews) a) b;
INSERT INTO hand_sessions
SELECT session_id, 1, session_id, min(user_id), min(page_view_at), max(page_view_at),
  (array_agg(event_id ORDER BY page_view_at DESC, event_id DESC))[1], NULL, NULL, count(*), 1,
  (array_agg(page ORDER BY page_view_at, event_id))[1], (array_agg(page ORDER BY page_view_at DESC, event_id DESC))[1]
FROM hand GROUP BY session_id
"""

# The totals, over sessions.
TOTALS = """
SELECT count(*), count(DISTINCT user_id), sum(pageviews), sum((pageviews = 1)::integer), sum(ended_at - started_at),
  max(entry_page), max(exit_page) FROM ({sessions}) s;
"""
PLAIN_SESSIONS = """
SELECT session_id, min(user_id) AS user_id, min(page_view_at) AS started_at, max(page_view_at) AS ended_at,
  count(*) AS pageviews, (array_agg(page ORDER BY page_view_at, event_id))[1] AS entry_page,
  (array_agg(page ORDER BY page_view_at DESC, event_id DESC))[1] AS exit_page
FROM plain GROUP BY session_id
"""


class Server:
    def __init__(self, url):
        self.url = url
        self.names = []

    def target(self, database):
        return re.sub(r"/[^/]*$", "/" + database, self.url)

    def psql(self, database, sql, timed=False):
        """Runs SQL in psql; returns the seconds of its statements where they are timed, else its output."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.target(database)]
        result = subprocess.run(command, input=("\\timing on\n" if timed else "") + sql, text=True, capture_output=True)
        if result.returncode:
            sys.exit("bench: psql: " + result.stderr.strip())
        if not timed:
            return result.stdout.strip()
        return sum(float(found) for found in re.findall(r"^Time: ([0-9.]+) ms", result.stdout, re.M)) / 1000

    def copy(self, database, template):
        """A new database with the contents of another."""
        name = "sessionizer_bench_" + database
        self.psql("postgres", f'DROP DATABASE IF EXISTS "{name}"')
        self.psql("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.psql("postgres", "CHECKPOINT")
        if name not in self.names:
            self.names.append(name)
        return name

    def drop(self):
        for name in self.names:
            self.psql("postgres", f'DROP DATABASE IF EXISTS "{name}"')


def new_rows(count, number, history):
    """Rows that arrive: every twentieth is late, somewhere in the history; the others come after it."""
    return f"""
        INSERT INTO pageviews (event_id, user_id, page_view_at, page)
        SELECT 'new-{number}-' || i, p.user_id,
          CASE WHEN i % 20 = 0 THEN p.page_view_at + interval '7 minutes'
            ELSE (SELECT max(page_view_at) FROM session_table) + i * interval '1 second' END, p.page
        FROM generate_series(0, {count - 1}) i JOIN pageviews p ON p.arrival_id = 1 + (i * 7919 + {number}) % {history};
        """


BARE = """
BEGIN;
INSERT INTO session_table SELECT event_id, event_id, user_id, page_view_at, sequence, page, 99 FROM pageviews
WHERE arrival_id > {mark};
INSERT INTO session_versions SELECT event_id, 99, event_id, user_id, page_view_at, page_view_at, event_id, NULL, NULL, 1, 1,
  page, page FROM pageviews WHERE arrival_id > {mark};
COMMIT;
"""


def measure(arguments, server, folder):
    results = {}
    big, log = folder / "pageviews.csv", folder / "log"
    # In a process of its own: a child's peak memory counts from that of the process that starts it.
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        count = pool.submit(bench.pageviews, big, arguments.copies).result()
    empty = server.copy("empty", "template0")
    bench.run([bench.TOOL, "create", "--target", server.target(empty)])

    def load():
        work = server.copy("work", empty)
        return bench.run([bench.TOOL, "load", big, "--target", server.target(work), "--quiet"])[0]

    def copied():
        work = server.copy("work", empty)
        start = time.perf_counter()
        server.psql(work, f"\\copy pageviews (event_id, user_id, page_view_at, page) from {big} csv header")
        return time.perf_counter() - start

    results["load / \\copy"] = bench.alternate(arguments.rounds, load, copied) | {"target": 1.0}

    loaded = server.copy("loaded", empty)
    bench.run([bench.TOOL, "load", big, "--target", server.target(loaded), "--quiet"])
    server.psql(loaded, "VACUUM ANALYZE pageviews")
    memory = {}

    def first_run():
        work = server.copy("work", loaded)
        seconds, memory["run"] = bench.tool_transaction(["run", "--target", server.target(work)], log)
        return seconds

    def by_hand():
        work = server.copy("work", loaded)
        server.psql(work, LEDGER)
        return server.psql(work, f"BEGIN;\n{HAND_WRITTEN};\nCOMMIT;\n", timed=True)

    results["first run / hand-written"] = bench.alternate(arguments.rounds, first_run, by_hand) | {"target": 0.7}

    def history(rows):
        base = server.copy(f"history_{rows}", empty)
        part = folder / "part.csv"
        with open(big) as source, open(part, "w") as target:
            for _, line in zip(range(rows + 1), source):
                target.write(line)
        bench.run([bench.TOOL, "load", part, "--target", server.target(base), "--quiet"])
        bench.run([bench.TOOL, "run", "--target", server.target(base), "--quiet"])
        server.psql(base, "VACUUM ANALYZE")
        return base

    def new_run_ratio(base, rows, size):
        prepared = server.copy(f"new_{rows}_{size}", base)
        mark = server.psql(prepared, "SELECT max(arrival_id) FROM pageviews")
        server.psql(prepared, new_rows(size, 0, rows))

        def new_run():
            work = server.copy("work", prepared)
            return bench.tool_transaction(["run", "--new", "--target", server.target(work)], log)[0]

        def bare_insert():
            work = server.copy("work", prepared)
            return server.psql(work, BARE.format(mark=mark), timed=True)

        return bench.alternate(arguments.rounds, new_run, bare_insert)

    full, tenth = count - count % 1000, count // 10
    large, small = history(full), history(tenth)
    thousand = new_run_ratio(large, full, 1000)
    thousand["ratio"] = (thousand["tool"] - 0.020) / thousand["plain"]
    results["(--new 1,000 rows - 20 ms) / bare insert"] = thousand | {"target": 4.0}
    ten = new_run_ratio(large, full, 10_000)
    ten_small = new_run_ratio(small, tenth, 10_000)
    results["--new 10,000 rows / bare insert"] = ten | {"target": 2.5}
    results["the same on a tenth of the history"] = ten_small
    results["ratio of the two"] = {"ratio": ten["ratio"] / ten_small["ratio"], "target": 1.3}

    # Twenty runs one after the other, as in daily life.
    work, times, bare = server.copy("work", large), [], []
    for table in ("session_table", "session_versions"):
        server.psql(work, f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL); INSERT INTO bare_{table} SELECT * FROM {table}")
    server.psql(work, "VACUUM ANALYZE")
    for number in range(20):
        mark = server.psql(work, "SELECT max(arrival_id) FROM pageviews")
        server.psql(work, new_rows(1000, number, full))
        times.append(bench.tool_transaction(["run", "--new", "--target", server.target(work)], log)[0])
        bare.append(server.psql(work, BARE.format(mark=mark).replace("INTO session", "INTO bare_session"), timed=True))
    results["20 runs of 1,000 rows, one after the other"] = {
        "tool": statistics.median(times), "plain": statistics.median(bare),
        "ratio": statistics.median(a / b for a, b in zip(times, bare))}

    # Reading, each against the totals over a plain table of pageviews with final session ids.
    done = server.copy("work", empty)
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        parts = pool.submit(bench.held_back, big, folder).result()
    for part in parts:
        bench.run([bench.TOOL, "load", part, "--target", server.target(done), "--quiet"])
        bench.run([bench.TOOL, "run", "--target", server.target(done), "--quiet"])
    for name, sql in bench.SHARES.items():
        results[name] = {"tool": float(server.psql(done, sql)), "ratio": None}
    server.psql(done, "CREATE TABLE plain_sessions AS SELECT * FROM sessions; CREATE INDEX ON plain_sessions (user_id, "
                "started_at); CREATE INDEX ON plain_sessions (session_id)")
    server.psql(done, "CREATE TABLE plain AS SELECT event_id, session_id, user_id, page_view_at, page FROM session_events; "
                "ALTER TABLE plain ADD PRIMARY KEY (event_id); CREATE INDEX ON plain (user_id, page_view_at, event_id)")
    server.psql(done, "VACUUM ANALYZE")
    user = server.psql(done, "SELECT user_id FROM sessions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    session = server.psql(done, "SELECT session_id FROM sessions ORDER BY pageviews DESC, 1 LIMIT 1")
    day = server.psql(done, "SELECT started_at::date FROM sessions GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    for name, where, target in [
        ("totals", "true", 0.6), ("one user", f"user_id = '{user}'", 0.01), ("one session", f"session_id = '{session}'", 0.01),
        ("one day", f"started_at >= '{day}' AND started_at < date '{day}' + 1", 0.3)]:
        view = TOTALS.format(sessions=f"SELECT * FROM sessions WHERE {where}")
        results[f"{name} through the view / totals of plain"] = bench.alternate(
            arguments.rounds, lambda view=view: server.psql(done, view, timed=True),
            lambda: server.psql(done, TOTALS.format(sessions=PLAIN_SESSIONS), timed=True)) | {"target": target}
        plain = view.replace("FROM sessions", "FROM plain_sessions")
        results[f"{name} through the view / plain sessions"] = bench.alternate(
            arguments.rounds, lambda view=view: server.psql(done, view * bench.TIMES[name], timed=True),
            lambda: server.psql(done, plain * bench.TIMES[name], timed=True)) | {"target": 3.0}
    server.psql(done, new_rows(10_000, 77, full))
    bench.run([bench.TOOL, "run", "--new", "--target", server.target(done), "--quiet"])
    last = server.psql(done, "SELECT max(run_id) - 1 FROM session_runs")
    results["--changed-since, whole process / totals of plain"] = bench.alternate(
        arguments.rounds,
        lambda: bench.run([bench.TOOL, "sessions", "--changed-since", last, "--format", "csv", "--target",
                           server.target(done)])[0],
        lambda: server.psql(done, TOTALS.format(sessions=PLAIN_SESSIONS), timed=True)) | {"target": 0.1}

    starts = [bench.run([bench.TOOL, "status", "--target", server.target(empty)])[0] for _ in range(5)]
    psql = [bench.run(["psql", "-X", "-c", "SELECT 1", server.target(empty)])[0] for _ in range(5)]
    results["start-up, whole process (s)"] = {
        "tool": statistics.median(starts), "plain": statistics.median(psql), "ratio": None}
    results["peak memory of run (MB)"] = {"tool": memory["run"], "ratio": None}
    return {"pageviews": count, "rounds": arguments.rounds, "results": results}


def main(measure=measure, copies=16, description=__doc__):
    """Measures on the server of the command line, or on a private one; shared with bench_compare.py."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=copies,
                        help=f"copies of the 63,524 real pageviews (default {copies})")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each pair (default 3)")
    parser.add_argument("--json", metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument("--url", help="a server (a URL with a database) whose user may make databases; default: a private one")
    parser.add_argument("--tool", type=pathlib.Path, help="the sessionizer to measure (default: the release build)")
    arguments = parser.parse_args()
    if arguments.tool:
        bench.TOOL = arguments.tool.resolve()
    if not bench.TOOL.exists():
        sys.exit("bench: no release build; run `make bench-postgres`, or swift build -c release")
    url = arguments.url
    if not url:
        started = subprocess.run([bench.ROOT / "scripts/postgres.sh", "start", str(os.getpid())], text=True,
                                 stdout=subprocess.PIPE)
        if started.returncode:
            sys.exit("bench: there is no server to measure on")
        url = started.stdout.strip().splitlines()[-1]
    server = Server(url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench.show(measure(arguments, server, pathlib.Path(folder)), arguments.json)
    finally:
        server.drop()
        if not arguments.url:
            subprocess.run([bench.ROOT / "scripts/postgres.sh", "stop"])


if __name__ == "__main__":
    main()
