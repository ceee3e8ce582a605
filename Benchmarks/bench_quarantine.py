#!/usr/bin/env python3
"""Measures the worst case of quarantine: a source all of whose rows are bad, run twice.

    Benchmarks/bench_quarantine.py                        # 500,000 rows on SQLite, PostgreSQL and MariaDB
    Benchmarks/bench_quarantine.py --rows 50000 --only mariadb

All rows have one event id and differ, or have none. The second run finds every row in quarantine and adds nothing; it should
take at most twice the first, by whole processes. Needs the release build, python3, and the server programs of the engines,
which are started for it.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import bench
import bench_odbc

# What comes before the SELECT of the numbers 1 to {rows}, and where they come from.
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) ",
    "postgres": "", "mariadb": "",
}
SERIES = {
    "sqlite": "n", "postgres": "generate_series(1, {rows}) AS n(i)",
    "mariadb": "(SELECT seq AS i FROM seq_1_to_{rows}) AS n",
}
TIME = {"sqlite": "'2026-01-01 00:00:00.000000'", "postgres": "timestamp '2026-01-01'", "mariadb": "'2026-01-01 00:00:00'"}


def rows(dialect, count, event_id):
    """An INSERT of bad rows: all with one event id, or with none."""
    page = "concat('/', i)" if dialect == "mariadb" else "'/' || i"
    return ("INSERT INTO pageviews (event_id, user_id, page_view_at, page) " + NUMBERS[dialect] +
            f"SELECT {event_id}, 'u', {TIME[dialect]}, {page} FROM " + SERIES[dialect]).format(rows=count)


class SQLite:
    def __init__(self, folder):
        self.path = folder / "quarantine.db"

    def fresh(self):
        for suffix in ("", "-wal", "-shm"):
            pathlib.Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        return f"sqlite:{self.path}"

    def execute(self, sql):
        subprocess.run(["sqlite3", "-bail", str(self.path), sql], check=True)

    def stop(self):
        pass


class Postgres(bench_odbc.Postgres):
    def fresh(self):
        self.database("bench_quarantine")
        self.target = self.url.rsplit("/", 1)[0] + "/bench_quarantine"
        return self.target

    def execute(self, sql):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, self.target], check=True)


class MariaDB(bench_odbc.MariaDB):
    def fresh(self):
        return "odbc+mariadb:" + self.database("bench_quarantine")

    def execute(self, sql):
        subprocess.run(self.client("USE bench_quarantine; " + sql), check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000, help="bad rows (default 500,000)")
    parser.add_argument("--only", choices=list(NUMBERS), help="one engine alone")
    parser.add_argument("--tool", type=pathlib.Path, help="the sessionizer to measure (default: the release build)")
    arguments = parser.parse_args()
    if arguments.tool:
        bench.TOOL = arguments.tool.resolve()
    if not bench.TOOL.exists():
        sys.exit("bench: no release build; run swift build -c release --product sessionizer")
    print(f"{arguments.rows:,} bad rows\n\n{'':<34}{'first run':>12}{'second run':>12}{'ratio':>8}{'target':>8}")
    for dialect in NUMBERS:
        if arguments.only not in (None, dialect):
            continue
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            engine = Postgres() if dialect == "postgres" else (SQLite if dialect == "sqlite" else MariaDB)(folder)
            try:
                for name, event_id in (("one event id", "'e'"), ("no event id", "NULL")):
                    target = engine.fresh()
                    bench.run([bench.TOOL, "create", "--target", target, "--quiet"])
                    engine.execute(rows(dialect, arguments.rows, event_id))
                    first, second = (bench.run([bench.TOOL, "run", "--target", target, "--quiet"])[0] for _ in range(2))
                    label = f"{dialect}, {name}"
                    print(f"{label:<34}{first:>12.2f}{second:>12.2f}{second / first:>8.2f}{2.0:>8}", flush=True)
            finally:
                engine.stop()


if __name__ == "__main__":
    main()
