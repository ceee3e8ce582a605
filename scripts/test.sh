#!/bin/sh
# Runs every test, and has all SQL that they sent read by an independent parser. Whatever it says of that, the last line
# is the test runner's closing line. The exit code is the tests'; 1 where they passed, but the SQL did not, or the example
# package's own test did not.
set -eu
cd "$(dirname "$0")/.."
record="$PWD/.build-statements"
rm -rf "$record"
mkdir "$record"

# Another package, which sees nothing of this one but its products. Not where single suites are asked for.
example=0
if [ $# -eq 0 ]; then
  echo "== docs/examples/OwnBackend"
  swift test --package-path docs/examples/OwnBackend --scratch-path .build-example || example=1
fi

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
if [ "$example" -ne 0 ]; then
  echo "the test of docs/examples/OwnBackend failed: see above"
  [ "$code" -ne 0 ] || code=1
fi
tail -n 1 "$record/tests.log"
exit "$code"
