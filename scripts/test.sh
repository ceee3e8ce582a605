#!/bin/sh
# Runs every test, and has all SQL that they sent read by an independent parser. Whatever it says of that, the last line
# is the test runner's closing line. The exit code is the tests'; 1 where they passed, but the SQL did not.
set -eu
cd "$(dirname "$0")/.."
record="$PWD/.build-statements"
rm -rf "$record"
mkdir "$record"

{
  code=0
  SESSIONIZER_STATEMENTS="$record" \
    swift test -c release -Xswiftc -enable-testing --scratch-path .build-tests "$@" || code=$?
  echo "$code" >"$record/code"
} 2>&1 | tee "$record/tests.log"
code=$(cat "$record/code")

python=.build-python/bin/python3
if "$python" -c 'import sqlglot' 2>/dev/null; then
  "$python" Tests/StatementRecording/Reader/read_statements.py "$record" || [ "$code" -ne 0 ] || code=1
else
  echo "skipped, no sqlglot in Python: nobody reads the statements that were sent"
fi
tail -n 1 "$record/tests.log"
exit "$code"
