#!/bin/sh
# The whole way on generated pageviews: three windows, late pageviews between them, and a check of everything.
#
#   demo.sh             on SQLite, in demo.db
#   demo.sh FILE        on SQLite, in that file
#   demo.sh postgres    on PostgreSQL: docker compose's where Docker is, else a private server that goes with the demo
#   demo.sh duckdb      on DuckDB, in demo.duckdb; its library is fetched where there is none
#   demo.sh URL         on any target without our tables
set -eu
cd "$(dirname "$0")/.."

tool="${SESSIONIZER:-.build/release/sessionizer}"
files=$(mktemp -d)
clean() { rm -rf "$files"; }
trap 'clean' EXIT
trap 'exit 130' INT TERM
where="${1:-demo.db}"
case "$where" in
postgres)
  clean() {
    rm -rf "$files"
    ./scripts/postgres.sh stop
  }
  target=$(./scripts/postgres.sh start $$)
  ;;
duckdb)
  target="duckdb:demo.duckdb"
  rm -f demo.duckdb demo.duckdb.wal
  "$tool" backends --format csv | grep -q '^adbc+duckdb:,found' || {
    ./scripts/adbc-drivers.sh
    ADBC_DRIVER_PATH="$PWD/.build-adbc${ADBC_DRIVER_PATH:+:$ADBC_DRIVER_PATH}"
    export ADBC_DRIVER_PATH
  }
  ;;
*:*) target="$where" ;;
*)
  target="sqlite:$where"
  rm -f "$where" "$where-wal" "$where-shm"
  ;;
esac

say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
[ -t 1 ] || say() { printf '\n%s\n' "$1"; }
run() {
  echo "\$ sessionizer $*"
  "$tool" "$@" --target "$target"
}

say "Three days of pageviews, as they arrived: some came late"
"$tool" generate --events 3000 --users 200 --start 2026-03-01 --days 3 --seed 7 --output "$files/all.csv"
# The file is in the order of arrival: cut in three, each part has late pageviews of the days before.
head -n 1 "$files/all.csv" > "$files/1.csv"
cp "$files/1.csv" "$files/2.csv"
cp "$files/1.csv" "$files/3.csv"
sed -n '2,1001p' "$files/all.csv" >> "$files/1.csv"
sed -n '1002,2001p' "$files/all.csv" >> "$files/2.csv"
sed -n '2002,$p' "$files/all.csv" >> "$files/3.csv"

say "Tables, views and ledgers"
run create

say "Three loads, each followed by a run over a window of the three days"
run load "$files/1.csv"
run run --from 2026-03-01 --to 2026-03-02
run load "$files/2.csv"
run run --from 2026-03-01 --to 2026-03-03
run load "$files/3.csv"
run run --from 2026-03-01 --to 2026-03-05

say "The first sessions"
"$tool" sessions --target "$target" --format table | head -n 8

say "Totals"
run agg totals

say "The run ledger"
run status

say "Everything recomputed in the database, in another way"
run run
run verify

case "$where" in
postgres)
  say "Without the tool: psql reads the views"
  ./scripts/postgres.sh psql "$target" "SELECT session_id, user_id, started_at, pageviews FROM sessions LIMIT 5"
  ;;
duckdb)
  echo
  echo "The result is in demo.duckdb: duckdb demo.duckdb 'SELECT * FROM sessions LIMIT 5'"
  ;;
*:*) ;;
*)
  echo
  echo "The result is in $where: sqlite3 $where 'SELECT * FROM sessions LIMIT 5'"
  ;;
esac
