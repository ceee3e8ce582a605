#!/usr/bin/env python3
"""Measures `compare --existing` between SQLite and PostgreSQL against the plain exports of both, alternating in one run.

    Benchmarks/bench_compare.py                                  # 1.0 M sessions, 3 rounds, on a private server
    Benchmarks/bench_compare.py --copies 2 --rounds 1 --url postgres://postgres@127.0.0.1:5432/postgres

The other side is what reading the same rows costs without comparing them: `sessions` and `events` of the one database, then
of the other, each a process of its own. Needs the release build, python3 and psql; makes and drops databases named
sessionizer_bench_… on the server.
"""

import concurrent.futures

import bench
import bench_postgres


def measure(arguments, server, folder):
    big = folder / "pageviews.csv"
    # In a process of its own: a child's peak memory counts from that of the process that starts it.
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        count = pool.submit(bench.pageviews, big, arguments.copies).result()
    database = server.copy("compare", "template0")
    targets = [f"sqlite:{folder / 'a.db'}", server.target(database)]
    for target in targets:
        bench.run([bench.TOOL, "create", "--target", target])
        bench.run([bench.TOOL, "load", big, "--target", target, "--quiet"])
        bench.run([bench.TOOL, "run", "--target", target, "--quiet"])
    server.psql(database, "VACUUM ANALYZE")
    sessions = int(server.psql(database, "SELECT count(*) FROM sessions"))
    memory = {}

    def compare():
        seconds, memory["compare"] = bench.run([bench.TOOL, "compare", "--existing", "--targets", ",".join(targets)])
        return seconds

    def exports():
        return sum(bench.run([bench.TOOL, command, "--target", target, "--format", "csv"])[0]
                   for target in targets for command in ["sessions", "events"])

    def with_a_difference():
        server.psql(database, "UPDATE session_table SET page = page || 'x' WHERE event_id = (SELECT min(event_id) FROM session_table)")
        command = [bench.TOOL, "compare", "--existing", "--targets", ",".join(targets)]
        # Exit code 1 is what is wanted here.
        seconds, memory["rows"] = bench.run(["sh", "-c", '"$@" || [ $? = 1 ]', "sh", *command])
        return seconds

    results = {f"compare / plain exports ({sessions:,} sessions)":
               bench.alternate(arguments.rounds, compare, exports) | {"target": 1.5}}
    results["compare of one difference / plain exports"] = bench.alternate(1, with_a_difference, exports)
    results["peak memory of compare (MB; at most 200)"] = {"tool": memory["compare"], "ratio": None}
    results["peak memory with a difference (MB; at most 200)"] = {"tool": memory["rows"], "ratio": None}
    return {"pageviews": count, "rounds": arguments.rounds, "results": results}


if __name__ == "__main__":
    bench_postgres.main(measure, copies=45, description=__doc__)
