#!/bin/sh
# Makes a Python environment with the engines that tests run dialects' scripts on (.build-python), once. Without Python,
# or without a network, it says so, and those tests are skipped.
set -eu
cd "$(dirname "$0")/.."
wanted=Tests/DialectScriptTests/requirements.txt
place=.build-python
if [ -e "$place/made" ] && cmp -s "$wanted" "$place/made"; then exit 0; fi
skip() {
  echo "prepare: $1; the scripts of DuckDB, the parsers' tests and the translations are skipped" >&2
  exit 0
}
command -v python3 >/dev/null 2>&1 || skip "there is no python3"
rm -rf "$place"
python3 -m venv "$place" >/dev/null 2>&1 || {
  rm -rf "$place"
  python3 -m pip --version >/dev/null 2>&1 || skip "python3 has neither venv nor pip"
  mkdir -p "$place/bin"
  python3 -m pip install --quiet --disable-pip-version-check --target "$place/packages" -r "$wanted" >/dev/null 2>&1 ||
    skip "pip could not install $wanted"
  printf '#!/bin/sh\nPYTHONPATH="%s" exec python3 "$@"\n' "$PWD/$place/packages" >"$place/bin/python3"
  chmod +x "$place/bin/python3"
  cp "$wanted" "$place/made"
  exit 0
}
"$place/bin/python3" -m pip install --quiet --disable-pip-version-check -r "$wanted" >/dev/null 2>&1 || {
  rm -rf "$place"
  skip "pip could not install $wanted"
}
cp "$wanted" "$place/made"
