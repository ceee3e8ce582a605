#!/bin/sh
# Fetches ADBC drivers as the Python package index has them into .build-adbc, once, with a manifest for each, so that
# `ADBC_DRIVER_PATH=$PWD/.build-adbc` is all that the tool needs: DuckDB, and the drivers of SQLite and PostgreSQL, by
# which the tests check the tool's own. Without Python, or without a network, it says so, and those tests are skipped.
set -eu
cd "$(dirname "$0")/.."
place=.build-adbc
# Wheels without dependencies: shared libraries that no Python is needed for. The first was built for Python 3.12.
wanted="bareduckdb==0.12.155 adbc-driver-sqlite==1.13.0 adbc-driver-postgresql==1.13.0"
if [ -e "$place/made" ] && [ "$(cat "$place/made")" = "$wanted" ]; then exit 0; fi
skip() {
  echo "prepare: $1; there is no DuckDB, and no ADBC driver of SQLite and PostgreSQL" >&2
  exit 0
}
command -v python3 >/dev/null 2>&1 || skip "there is no python3"
python3 -m pip --version >/dev/null 2>&1 || skip "python3 has no pip"
rm -rf "$place"
mkdir -p "$place/wheels"
# shellcheck disable=SC2086
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --python-version 3.12 \
  --dest "$place/wheels" $wanted >/dev/null 2>&1 || {
  rm -rf "$place"
  skip "pip could not fetch $wanted"
}
python3 - "$place" <<'PYTHON'
import pathlib, platform, sys, zipfile

place = pathlib.Path(sys.argv[1]).resolve()
system = "macos" if platform.system() == "Darwin" else "linux"
machine = "arm64" if platform.machine() in ("arm64", "aarch64") else "amd64"
for wheel in sorted((place / "wheels").glob("*.whl")):
    with zipfile.ZipFile(wheel) as file:
        for name in file.namelist():
            library = pathlib.PurePosixPath(name)
            if not library.stem.startswith(("libduckdb", "libadbc_driver_")) or ".so" not in name and ".dylib" not in name:
                continue
            path = place / library.name
            path.write_bytes(file.read(name))
            short = library.stem.removeprefix("lib").removeprefix("adbc_driver_")
            entry = "duckdb_adbc_init" if short == "duckdb" else "AdbcDriverInit"
            (place / f"{short}.toml").write_text(
                f"manifest_version = 1\nname = '{short}'\n\n[Driver]\nentrypoint = '{entry}'\n\n"
                f"[Driver.shared]\n{system}_{machine} = '{path}'\n")
    wheel.unlink()
(place / "wheels").rmdir()
PYTHON
printf '%s' "$wanted" >"$place/made"
