#!/bin/sh
# The tests that ask no server and no Python, without the long ones: what one runs again and again while working.
# `make test` runs all.
set -eu
cd "$(dirname "$0")/.."
export SESSIONIZER_ENGINES=sqlite
export SESSIONIZER_HISTORIES="${SESSIONIZER_HISTORIES:-200}"
exec swift test -c release -Xswiftc -enable-testing --scratch-path .build-tests \
  --skip '^(PostgresBackendTests|PostgresServerTests|MariaDBServerTests|ODBCBackendTests|DialectScriptTests)\.' \
  --skip '^LawTests\.(AggregateTests|AtomicityTests|BrokenBackendTests|CompareTests|ConcurrencyTests|CostTests|DocumentationTests|DuckDBLoadTests|SQLMutantTests)/' \
  --skip '/realPageviews' "$@"
