#!/usr/bin/env python3
"""Measures the ODBC backend: bulk inserts against the same rows one by one, and the memory of a long load and export.

    Benchmarks/bench_odbc.py                                   # private servers; drivers that are absent are left out
    Benchmarks/bench_odbc.py --rows 1000000 --by-one 20000 --rounds 3
    Benchmarks/bench_odbc.py --only mariadb

Needs the release build and python3. One by one is the same prepared INSERT in the same transaction, by a dialect file
that says `rows_per_statement: 1`.
"""

import argparse
import os
import pathlib
import pwd
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import bench

FOLDERS = [pathlib.Path(folder) for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib")]


def driver(name):
    """The path of a driver's library; None where it is absent."""
    for folder in FOLDERS:
        for path in [folder / name, folder / "odbc" / name, *folder.glob(f"*/odbc/{name}")]:
            if path.exists():
                return path
    return None


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class MariaDB:
    """A private server in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        # A server refuses to run as root.
        self.prefix = []
        if os.geteuid() == 0:
            names = {entry.pw_name: entry for entry in pwd.getpwall()}
            user = names.get("mysql") or names["nobody"]
            shutil.chown(folder, user.pw_uid, user.pw_gid)
            self.prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]
        subprocess.run(self.prefix + ["mariadb-install-db", "--no-defaults", f"--datadir={folder}/data", "--skip-test-db",
                                      "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        init = folder / "first.sql"
        init.write_text("CREATE OR REPLACE USER bench@'127.0.0.1';\nGRANT ALL ON *.* TO bench@'127.0.0.1';\n")
        program = shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin")
        self.process = subprocess.Popen(
            self.prefix + [program, "--no-defaults", f"--datadir={folder}/data", f"--socket={folder}/s",
                           f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-name-resolve",
                           f"--init-file={init}", "--character-set-server=utf8mb4", "--innodb-buffer-pool-size=512M",
                           "--innodb-log-file-size=256M"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            if subprocess.run(self.client("SELECT 1"), capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        self.stop()
        sys.exit("bench: MariaDB does not start")

    def client(self, sql):
        return ["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{self.port}", "-ubench", "-e", sql]

    def database(self, name):
        subprocess.run(self.client(f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}"), check=True)
        return f"Driver={driver('libmaodbc.so')};Server=127.0.0.1;Port={self.port};UID=bench;Database={name}"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Postgres:
    def __init__(self):
        started = subprocess.run([bench.ROOT / "scripts/postgres.sh", "start", str(os.getpid())], text=True,
                                 stdout=subprocess.PIPE, check=True)
        self.url = started.stdout.strip().splitlines()[-1]

    def database(self, name):
        for sql in (f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"):
            subprocess.run(["psql", "-X", "-q", self.url, "-c", sql], check=True, stderr=subprocess.DEVNULL)
        user, place = self.url.split("//")[1].split("/")[0].split("@")
        host, port = place.split(":")
        user, _, password = user.partition(":")
        return f"Driver={driver('psqlodbcw.so')};Server={host};Port={port};UID={user};PWD={password};Database={name}"

    def stop(self):
        subprocess.run([bench.ROOT / "scripts/postgres.sh", "stop"])


class SQLite:
    def __init__(self, folder):
        self.folder = folder

    def database(self, name):
        for suffix in ("", "-wal", "-shm"):
            pathlib.Path(f"{self.folder}/{name}.db{suffix}").unlink(missing_ok=True)
        return f"Driver={driver('libsqlite3odbc.so')};Database={self.folder}/{name}.db"

    def stop(self):
        pass


def head(source, target, rows):
    with open(source) as lines, open(target, "w") as out:
        for _, line in zip(range(rows + 1), lines):
            out.write(line)
    return target


def measure(dialect, fresh, arguments, folder, files):
    """`fresh()` gives the connection string of an empty database."""
    by_one = folder / f"{dialect}-by-one.yaml"
    # psqlODBC as it comes: it sets a savepoint for each statement. The dialect turns that off.
    attributes = "  attributes:\n    psqlodbc: [UseDeclareFetch=1]\n" if dialect == "postgres" else ""
    by_one.write_text(f"format: 1\nname: {dialect}-by-one\ntitle: one row a statement\nextends: {dialect}\n"
                      f"evidence: assumed\nodbc:\n  rows_per_statement: 1\n{attributes}")

    def load(file, slow=False):
        target = f"odbc+{dialect}:{fresh()}"
        bench.run([bench.TOOL, "create", "--target", target, "--quiet"])
        options = []
        if slow:
            target, options = target.replace("odbc+" + dialect, f"odbc+{dialect}-by-one"), ["--dialect-file", by_one]
        return target, *bench.run([bench.TOOL, "load", file, "--target", target, "--quiet", *options])

    bulk, slow = [], []
    for _ in range(arguments.rounds):
        bulk.append(arguments.rows / load(files["all"])[1])
        slow.append(arguments.by_one / load(files["some"], slow=True)[1])
    _, _, little = load(files["tenth"])
    target, _, much = load(files["all"])
    bench.run([bench.TOOL, "run", "--target", target, "--quiet"])
    seconds, memory = bench.run([bench.TOOL, "events", "--target", target, "--quiet"])
    small_target, _, _ = load(files["tenth"])
    bench.run([bench.TOOL, "run", "--target", small_target, "--quiet"])
    _, small_memory = bench.run([bench.TOOL, "events", "--target", small_target, "--quiet"])
    print(f"{dialect:9} bulk {statistics.median(bulk):9,.0f} rows/s   one by one {statistics.median(slow):8,.0f} rows/s   "
          f"ratio {statistics.median(a / b for a, b in zip(bulk, slow)):5.1f}")
    print(f"{'':9} load: peak {little:5.0f} MB for {arguments.rows // 10:,} rows, {much:5.0f} MB for {arguments.rows:,}")
    print(f"{'':9} events: peak {small_memory:5.0f} MB for {arguments.rows // 10:,} rows, {memory:5.0f} MB for "
          f"{arguments.rows:,}, in {seconds:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows in bulk (default 1,000,000)")
    parser.add_argument("--by-one", type=int, default=20_000, help="rows one by one (default 20,000)")
    parser.add_argument("--rounds", type=int, default=3, help="alternating rounds (default 3)")
    parser.add_argument("--only", choices=["mariadb", "postgres", "sqlite"], help="one driver alone")
    arguments = parser.parse_args()
    if not bench.TOOL.exists():
        sys.exit("bench: no release build; run swift build -c release --product sessionizer")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)
        files = {"all": folder / "all.csv"}
        bench.run([bench.TOOL, "generate", "--events", arguments.rows, "--format", "csv", "--output", files["all"]])
        files["some"] = head(files["all"], folder / "some.csv", arguments.by_one)
        files["tenth"] = head(files["all"], folder / "tenth.csv", arguments.rows // 10)
        for dialect, library in (("mariadb", "libmaodbc.so"), ("postgres", "psqlodbcw.so"), ("sqlite", "libsqlite3odbc.so")):
            if arguments.only not in (None, dialect):
                continue
            if not driver(library):
                print(f"SKIPPED: {dialect}: there is no {library}", file=sys.stderr)
                continue
            place = folder / dialect
            place.mkdir()
            server = MariaDB(place) if dialect == "mariadb" else Postgres() if dialect == "postgres" else SQLite(place)
            try:
                measure(dialect, lambda: server.database("sessionizer_bench"), arguments, folder, files)
            finally:
                server.stop()


if __name__ == "__main__":
    main()
