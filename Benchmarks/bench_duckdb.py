#!/usr/bin/env python3
"""Measures the tool against plain SQL on DuckDB, as ratios of medians taken alternately in one run.

    make bench-duckdb                           # 1.0 M pageviews, 3 rounds
    Benchmarks/bench_duckdb.py --copies 160     # 10.2 M

Needs the release build, python3 and DuckDB's library (scripts/adbc-drivers.sh). Both sides use that one library, with the
same limit of memory and the same number of threads; the plain side by its C interface, in a process of its own. A load is
measured as a whole process on both sides; a run from BEGIN to COMMIT, against the same statements' time.
"""

import argparse
import concurrent.futures
import ctypes
import multiprocessing
import os
import pathlib
import statistics
import sys
import tempfile
import time

import bench

DRIVERS = pathlib.Path(os.environ.get("SESSIONIZER_ADBC", bench.ROOT / ".build-adbc"))

ORDER = "PARTITION BY user_id ORDER BY page_view_at, event_id"

# The ledgers' tables, with or without the keys that an index enforces on both sides.
LEDGER = """
CREATE TABLE hand (event_id VARCHAR NOT NULL, session_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL,
  page_view_at TIMESTAMP NOT NULL, sequence BIGINT, page VARCHAR, run_id BIGINT NOT NULL, PRIMARY KEY (event_id));
CREATE TABLE hand_sessions (anchor VARCHAR NOT NULL, run_id BIGINT NOT NULL, session_id VARCHAR NOT NULL,
  user_id VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP NOT NULL, last_event_id VARCHAR NOT NULL,
  first_sequence BIGINT, last_sequence BIGINT, pageviews BIGINT NOT NULL, anchors BIGINT NOT NULL, entry_page VARCHAR,
  exit_page VARCHAR, PRIMARY KEY (anchor, run_id));
"""

# What one would write by hand: LAG, SUM, FIRST_VALUE; then a row for each session.
HAND_WRITTEN = [
    "BEGIN TRANSACTION",
    f"""
INSERT INTO hand
SELECT event_id, first_value(event_id) OVER (PARTITION BY user_id, n ORDER BY page_view_at, event_id), user_id,
  page_view_at, NULL, page, 1
FROM (SELECT *, sum(starts) OVER ({ORDER}) AS n
  FROM (SELECT event_id, user_id, page_view_at, page,
      CASE WHEN page_view_at >= lag(page_view_at) OVER ({ORDER}) + INTERVAL 30 MINUTE THEN 1 ELSE 0 END AS starts
    FROM pageviews) a) b""",
    """
INSERT INTO hand_sessions
SELECT session_id, 1, session_id, min(user_id), min(page_view_at), max(page_view_at),
  last(event_id ORDER BY page_view_at, event_id), NULL, NULL, count(*), 1, first(page ORDER BY page_view_at, event_id),
  last(page ORDER BY page_view_at, event_id)
FROM hand GROUP BY session_id""",
    "COMMIT",
]

BARE = [
    "BEGIN TRANSACTION",
    "INSERT INTO session_table SELECT event_id, event_id, user_id, page_view_at, sequence, page, 99 FROM pageviews "
    "WHERE arrival_id > {mark}",
    "INSERT INTO session_versions SELECT event_id, 99, event_id, user_id, page_view_at, page_view_at, event_id, NULL, "
    "NULL, 1, 1, page, page FROM pageviews WHERE arrival_id > {mark}",
    "COMMIT",
]


class Result(ctypes.Structure):
    _fields_ = [("a", ctypes.c_uint64), ("b", ctypes.c_uint64), ("c", ctypes.c_uint64), ("d", ctypes.c_void_p),
                ("e", ctypes.c_void_p), ("f", ctypes.c_void_p)]


class DuckDB:
    """A database by the C interface of the library that the tool uses."""

    def __init__(self, path, settings):
        self.library = ctypes.CDLL(str(library()))
        self.library.duckdb_result_error.restype = ctypes.c_char_p
        self.library.duckdb_value_varchar.restype = ctypes.c_char_p
        self.library.duckdb_value_varchar.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64]
        self.database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        if self.library.duckdb_open(str(path).encode(), ctypes.byref(self.database)):
            sys.exit(f"bench: DuckDB does not open {path}")
        self.library.duckdb_connect(self.database, ctypes.byref(self.connection))
        for name, value in settings.items():
            self.value(f"SET {name} = '{value}'")

    def value(self, sql):
        """Carries out a statement; its first value as text, if it has one."""
        result = Result()
        if self.library.duckdb_query(self.connection, sql.encode(), ctypes.byref(result)):
            sys.exit("bench: DuckDB: " + self.library.duckdb_result_error(ctypes.byref(result)).decode())
        found = None
        if self.library.duckdb_row_count(ctypes.byref(result)):
            found = self.library.duckdb_value_varchar(ctypes.byref(result), 0, 0)
        self.library.duckdb_destroy_result(ctypes.byref(result))
        return found.decode() if found is not None else None

    def close(self):
        self.library.duckdb_disconnect(ctypes.byref(self.connection))
        self.library.duckdb_close(ctypes.byref(self.database))


def library():
    for ending in ("so", "dylib"):
        if (DRIVERS / f"libduckdb.{ending}").exists():
            return DRIVERS / f"libduckdb.{ending}"
    sys.exit(f"bench: there is no libduckdb in {DRIVERS}; run scripts/adbc-drivers.sh")


def carried_out(path, settings, before, timed, last):
    start = time.perf_counter()
    database = DuckDB(path, settings)
    for sql in before:
        database.value(sql)
    begin = time.perf_counter()
    for sql in timed:
        database.value(sql)
    seconds = time.perf_counter() - begin
    value = database.value(last) if last else None
    database.close()
    return seconds, time.perf_counter() - start, value


def plain(path, settings, timed, before=(), last=None):
    """Statements in a process of their own: their seconds, those from opening to closing, and the value of the last."""
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(carried_out, path, settings, list(before), list(timed), last).result()


def copy(source, target):
    for ending in ("", ".wal"):
        pathlib.Path(str(target) + ending).unlink(missing_ok=True)
    bench.shutil.copyfile(source, target)
    # What was written must not be written out while others are measured.
    os.sync()


def new_rows(count, history):
    """Rows that arrive: every twentieth is late, somewhere in the history; the others come after it."""
    return f"""
        INSERT INTO pageviews (event_id, user_id, page_view_at, page)
        SELECT 'new-' || i, p.user_id,
          CASE WHEN i % 20 = 0 THEN p.page_view_at + INTERVAL 7 MINUTE
            ELSE (SELECT max(page_view_at) FROM session_table) + to_seconds(i) END, p.page
        FROM range({count}) r(i) JOIN pageviews p ON p.arrival_id = 1 + (i * 7919) % {history}"""


def measure(arguments, folder):
    results = {}
    big, log = folder / "pageviews.csv", folder / "log"
    empty, loaded, done, prepared, work = (folder / f"{name}.duckdb" for name in
                                           ("empty", "loaded", "done", "prepared", "work"))
    settings = {"memory_limit": arguments.memory, "threads": arguments.threads}
    options = "?" + "&".join(f"{name}={value}" for name, value in settings.items())

    def target(path):
        return ["--target", f"duckdb:{path}{options}&driver={library()}"]

    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        count = pool.submit(bench.pageviews, big, arguments.copies).result()
    bench.run([bench.TOOL, "create", *target(empty)])
    memory = {}

    def load():
        copy(empty, work)
        seconds, memory["load"] = bench.run([bench.TOOL, "load", big, *target(work), "--quiet"])
        return seconds

    columns = "{'event_id': 'VARCHAR', 'user_id': 'VARCHAR', 'page_view_at': 'TIMESTAMP', 'page': 'VARCHAR'}"
    read = f"FROM read_csv('{big}', header = true, columns = {columns})"

    def read_csv():
        copy(empty, work)
        return plain(work, settings, [f"INSERT INTO pageviews (event_id, user_id, page_view_at, page) {read}"])[1]

    results["load of CSV / DuckDB's own reader"] = bench.alternate(arguments.rounds, load, read_csv) | {"target": 1.5}

    parquet = folder / "pageviews.parquet"
    plain(":memory:", settings, [f"COPY ({read}) TO '{parquet}' (FORMAT parquet)"])

    def load_parquet():
        copy(empty, work)
        seconds, memory["parquet"] = bench.run([bench.TOOL, "load", parquet, *target(work), "--quiet"])
        return seconds

    def read_parquet():
        copy(empty, work)
        sql = f"INSERT INTO pageviews (event_id, user_id, page_view_at, page) FROM read_parquet('{parquet}')"
        return plain(work, settings, [sql])[1]

    results["load of Parquet / DuckDB's own reader"] = bench.alternate(arguments.rounds, load_parquet, read_parquet)

    copy(empty, loaded)
    bench.run([bench.TOOL, "load", big, *target(loaded), "--quiet"])

    def first_run():
        copy(loaded, work)
        seconds, memory["run"] = bench.tool_transaction(["run", *target(work)], log)
        return seconds

    def by_hand():
        copy(loaded, work)
        return plain(work, settings, HAND_WRITTEN, before=LEDGER.split(";\n")[:-1])[0]

    results["first run / hand-written, same keys"] = bench.alternate(arguments.rounds, first_run, by_hand) | {
        "target": 1.3}
    if arguments.explain:
        pathlib.Path(arguments.explain).write_text(log.read_text())

    copy(loaded, done)
    bench.run([bench.TOOL, "run", *target(done), "--quiet"])
    _, _, mark = plain(done, settings, [], last="SELECT max(arrival_id) FROM pageviews")
    copy(done, prepared)
    plain(prepared, settings, [new_rows(10_000, count)])

    def new_run():
        copy(prepared, work)
        seconds, memory["--new"] = bench.tool_transaction(["run", "--new", *target(work)], log)
        return seconds

    def bare_insert():
        copy(prepared, work)
        return plain(work, settings, [sql.format(mark=mark) for sql in BARE])[0]

    ten = bench.alternate(arguments.rounds, new_run, bare_insert)
    ten["ratio"] = (ten["tool"] - 0.1) / ten["plain"]
    results["(--new 10,000 rows - 100 ms) / bare insert"] = ten | {"target": 3.0}
    if arguments.explain:
        with open(arguments.explain, "a") as file:
            file.write(log.read_text())

    starts = [bench.run([bench.TOOL, "status", *target(empty)])[0] for _ in range(5)]
    results["start-up, whole process (s)"] = {"tool": statistics.median(starts), "ratio": None}
    for name, megabytes in memory.items():
        results[f"peak memory of {name} (MB)"] = {"tool": megabytes, "ratio": None}
    return {"pageviews": count, "rounds": arguments.rounds, "results": results}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=int(os.environ.get("COPIES", 16)),
                        help="copies of the 63,524 real pageviews (default 16, or COPIES of the environment)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each pair (default 3)")
    parser.add_argument("--memory", default="2GB", help="DuckDB's memory_limit on both sides (default 2GB)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads on both sides (default: all)")
    parser.add_argument("--json", metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument("--explain", metavar="FILE", help="keep the statements of the tool's last runs, with their times")
    parser.add_argument("--tool", type=pathlib.Path, help="the sessionizer to measure (default: the release build)")
    arguments = parser.parse_args()
    if arguments.tool:
        bench.TOOL = arguments.tool.resolve()
    if not bench.TOOL.exists():
        sys.exit("bench: no release build; run `make bench-duckdb`, or swift build -c release")
    with tempfile.TemporaryDirectory() as folder:
        bench.show(measure(arguments, pathlib.Path(folder)), arguments.json)


if __name__ == "__main__":
    main()
