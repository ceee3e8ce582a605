#!/usr/bin/env python3
"""Measures how fast files are read without a database, and whether memory stays flat.

    make bench-reading                                  # 2 M lines a file, 5 rounds
    Benchmarks/bench_reading.py --lines 200000 --rounds 3
    Benchmarks/bench_reading.py --memory 50000000       # and the peak memory of a log of so many lines, read from a pipe

Needs `swift build -c release --product reading-speed` and python3. The files are written to a temporary folder, from
a fixed seed; each is read once before the rounds, so that it is in the page cache. What counts is the processor time of
the best round (one thread reads): whatever else the machine does can only make it longer. Exits with 1 where a figure is
below its floor.
"""

import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = ROOT / ".build/release/reading-speed"

# MB (a million bytes) each second; nothing is asked of the others.
FLOORS = {"access log": 150, "JSON lines": 100}
# The peak memory, in MB, that reading may take however long the file is.
MEMORY = 256

AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
]
PAGES = ["/", "/pricing", "/docs/api/authentication", "/blog/2026/03/what-is-a-session", "/product/%d", "/style.css",
         "/search?q=sessions&page=%d", "/account/settings"]


def views(lines):
    """Pageviews in the order of time: seconds, number of the user, page, agent."""
    draw = random.Random(7)
    second = 1772359200
    for _ in range(lines):
        if draw.random() < 0.05:
            second += 1
        user = draw.randrange(100_000)
        page = PAGES[draw.randrange(len(PAGES))]
        yield second, user, page % draw.randrange(10_000) if "%d" in page else page, AGENTS[user % len(AGENTS)]


def stamp(second, form, known={}):
    text = known.get((second, form))
    if text is None:
        text = known[second, form] = time.strftime(form, time.gmtime(second))
    return text


def log_lines(lines):
    for second, user, page, agent in views(lines):
        when = stamp(second, "%d/%b/%Y:%H:%M:%S +0000")
        yield (f'10.{user >> 16}.{user >> 8 & 255}.{user & 255} - - [{when}] "GET {page} HTTP/1.1" 200 {user % 9000} '
               f'"https://www.example.com/" "{agent}"\n')


def json_lines(lines):
    for number, (second, user, page, agent) in enumerate(views(lines)):
        when = stamp(second, "%Y-%m-%dT%H:%M:%S.000Z")
        yield (f'{{"event_id":"{number:032x}","type":"page","user_id":"u{user}","page_view_at":"{when}","page":"{page}",'
               f'"context":{{"agent":"{agent}","locale":"en-GB","screen":{{"width":1280,"height":720}}}}}}\n')


def csv_lines(lines):
    yield "event_id,user_id,page_view_at,page\n"
    for number, (second, user, page, _) in enumerate(views(lines)):
        yield f'{number:032x},u{user},{stamp(second, "%Y-%m-%d %H:%M:%S")},{page}\n'


def csv_lines_without_ids(lines):
    yield "user_id,page_view_at,page\n"
    for second, user, page, _ in views(lines):
        yield f'u{user},{stamp(second, "%Y-%m-%d %H:%M:%S")},{page}\n'


KINDS = {"access log": ("access.log", log_lines), "JSON lines": ("views.jsonl", json_lines),
         "CSV": ("views.csv", csv_lines), "CSV without ids": ("no_ids.csv", csv_lines_without_ids)}


def read(*arguments, **options):
    """Rows, left out, faulty, bytes, seconds of the processor, and the peak memory in MB."""
    process = subprocess.Popen([str(TOOL), *map(str, arguments)], stdout=subprocess.PIPE, text=True, **options)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    words = text.split()
    if status or len(words) != 5 or words[2] != "0":
        sys.exit(f"bench_reading: {text or status}")
    return [float(word) for word in words[:4]] + [usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]


def memory_of(lines):
    """Writes a log into a pipe, and returns rows and seconds of its reader, and its peak memory in MB."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w", buffering=1 << 20) as pipe:
            part = []
            for line in log_lines(lines):
                part.append(line)
                if len(part) == 10_000:
                    pipe.write("".join(part))
                    part.clear()
            pipe.write("".join(part))
        os._exit(0)
    os.close(writing)
    rows, left_out, _, _, seconds, peak = read("-", stdin=reading)
    os.close(reading)
    os.waitpid(child, 0)
    return rows + left_out, seconds, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", type=int, metavar="LINES", help="also read a log of so many lines from a pipe")
    arguments = parser.parse_args()
    if not TOOL.exists():
        sys.exit("bench_reading: run swift build -c release --product reading-speed first")
    slow = []
    print(f"{'file':16} {'MB':>7} {'MB/s':>7} {'floor':>6} {'rows/s':>11} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for kind, (name, write) in KINDS.items():
            path = pathlib.Path(folder) / name
            with open(path, "w") as file:
                file.writelines(write(arguments.lines))
            read(path)
            best = min((read(path) for _ in range(arguments.rounds)), key=lambda found: found[4])
            rows, left_out, _, size, seconds, peak = best
            speed = size / seconds / 1e6
            floor = FLOORS.get(kind)
            print(f"{kind:16} {size / 1e6:7.0f} {speed:7.0f} {floor or '':>6} {(rows + left_out) / seconds:11,.0f} "
                  f"{peak:8.0f}", flush=True)
            if floor and speed < floor:
                slow.append(f"{kind}: {speed:.0f} MB/s, not {floor}")
            path.unlink()
    if arguments.memory:
        for lines in (arguments.memory // 10, arguments.memory):
            rows, seconds, peak = memory_of(lines)
            print(f"a log of {lines:,} lines from a pipe: {rows:,.0f} read in {seconds:.0f} s of the processor, peak memory {peak:.0f} MB",
                  flush=True)
            if peak > MEMORY:
                slow.append(f"{lines:,} lines: {peak:.0f} MB of memory, not {MEMORY}")
    if slow:
        sys.exit("bench_reading: below the floor: " + "; ".join(slow))


if __name__ == "__main__":
    main()
