#!/usr/bin/env python3
"""Measures bulk inserts and streamed reads through ODBC drivers: the tool against one INSERT a row by the same driver.

    Benchmarks/bench_odbc.py 'odbc+mariadb:Driver=libmaodbc.so;Server=127.0.0.1;Database=bench;User=me;Password=…'
    Benchmarks/bench_odbc.py --rows 20000 --large 0 'odbc+postgres:Driver=psqlodbcw.so;Server=127.0.0.1;…'

Each target is a database in which the tables of the job `bench_` may be made; what is there under that prefix is left, so
that an empty database is best. Needs the release build and, for the other side, python3 with pyodbc (it makes a
virtual environment, .build-bench). On both sides rows are counted from the first to the last, in one transaction; the
tool's start and its look for known rows are part of its time. Prints a table.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import bench

ENVIRONMENT = bench.ROOT / ".build-bench"

# One INSERT a row, prepared once, in one transaction, by the driver that the target names.
ROW_BY_ROW = """
import csv, sys, time, pyodbc
connection = pyodbc.connect(sys.argv[1], autocommit=False)
cursor = connection.cursor()
cursor.execute("CREATE TABLE " + sys.argv[3] + " (event_id varchar(200), user_id varchar(200), page_view_at timestamp(6) NULL, page varchar(2000))")
connection.commit()
rows = [tuple(row) for row in csv.reader(open(sys.argv[2], encoding="utf-8"))][1:]
start = time.perf_counter()
for row in rows:
    cursor.execute("INSERT INTO " + sys.argv[3] + " VALUES (?, ?, ?, ?)", row)
connection.commit()
print(time.perf_counter() - start)
cursor.execute("DROP TABLE " + sys.argv[3])
connection.commit()
"""


def python():
    program = ENVIRONMENT / "bin/python3"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(program), "-m", "pip", "install", "--quiet", "pyodbc"], check=True)
    return program


def connection_string(target):
    """What the driver is given; a driver without a path is looked for where Debian has them."""
    parts = []
    for part in target.split(":", 1)[1].split(";"):
        key, _, value = part.partition("=")
        if key.strip().lower() == "driver" and "/" not in value:
            found = sorted(pathlib.Path("/usr/lib").glob("*/odbc/" + value))
            value = str(found[0]) if found else value
        if key.strip():
            parts.append(f"{key}={value}")
    return ";".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="+")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the comparison")
    parser.add_argument("--large", type=int, default=1_000_000, help="rows of the memory measurement; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    program = python()
    with tempfile.TemporaryDirectory() as folder:
        small, large = pathlib.Path(folder) / "small.csv", pathlib.Path(folder) / "large.csv"
        for path, rows in ((small, options.rows), (large, options.large)):
            if rows:
                generate(path, rows)
        for target in options.targets:
            measure(target, small, large if options.large else None, options, program, folder)


def generate(path, rows):
    bench.run([bench.TOOL, "generate", "--events", str(rows), "--output", path])


def measure(target, small, large, options, program, folder):
    name = target.split(":", 1)[0]
    ratios, tools, singles = [], [], []
    for round_number in range(options.rounds):
        prefix = f"bench_{int(time.time())}_{round_number}_"
        bench.run([bench.TOOL, "create", "--target", target, "--prefix", prefix])
        tool, memory = bench.run([bench.TOOL, "load", small, "--target", target, "--prefix", prefix])
        answer = subprocess.run(
            [str(program), "-c", ROW_BY_ROW, connection_string(target), str(small), prefix + "single"],
            capture_output=True, text=True)
        if answer.returncode:
            sys.exit("bench: the driver's single rows failed: " + answer.stderr.strip().splitlines()[-1])
        single = float(answer.stdout)
        tools.append(tool)
        singles.append(single)
        ratios.append(single / tool)
    lines = sum(1 for _ in open(small, encoding="utf-8")) - 1
    print(f"{name}: {lines} rows: tool {statistics.median(tools):.2f} s (whole process), one by one "
          f"{statistics.median(singles):.2f} s, {statistics.median(ratios):.1f} times as fast", flush=True)
    if large is None:
        return
    for path in (small, large):
        prefix = f"bench_{int(time.time())}_m_"
        bench.run([bench.TOOL, "create", "--target", target, "--prefix", prefix])
        seconds, memory = bench.run([bench.TOOL, "load", path, "--target", target, "--prefix", prefix])
        lines = sum(1 for _ in open(path, encoding="utf-8")) - 1
        print(f"{name}: load of {lines} rows: {seconds:.1f} s, {lines / seconds:,.0f} rows/s, peak {memory:.0f} MB",
              flush=True)


if __name__ == "__main__":
    main()
