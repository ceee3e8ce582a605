#!/bin/sh
# A PostgreSQL to try things on: docker compose's service where Docker works, else a private server on a free port of
# 127.0.0.1, which never runs as root.
#
#   postgres.sh start [PID]   starts it, unless it runs, and prints the URL of a new, empty database;
#                             with PID, it is stopped when that process is gone
#   postgres.sh psql URL SQL  asks it
#   postgres.sh stop          stops it; the private server's data goes
#   postgres.sh binaries      prints the folder of the newest server's programs
set -eu
cd "$(dirname "$0")/.."
state=.build/postgres-server

fail() {
  echo "postgres: $1" >&2
  exit 1
}

binaries() {
  { command -v initdb; ls -d /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb \
    /usr/local/opt/postgresql*/bin/initdb /usr/pgsql*/bin/initdb 2>/dev/null | sort -rV; } |
    while read -r program; do
      folder=$(dirname "$(readlink -f "$program")")
      [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/psql" ] && echo "$folder"
    done | head -n 1 | grep .
}

# Runs a program as somebody who is not root.
plainly() {
  if [ "$(id -u)" -ne 0 ]; then
    (cd / && "$@")
  elif command -v setpriv >/dev/null 2>&1; then
    (cd / && setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups -- "$@")
  else
    (cd / && su -s /bin/sh "$owner" -c 'exec "$0" "$@"' -- "$@")
  fi
}
owner=nobody
id postgres >/dev/null 2>&1 && owner=postgres

start_docker() {
  command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1 ||
    return 1
  docker compose up --detach --wait postgres >&2 || {
    echo "postgres: docker compose did not start it; a private server is started instead" >&2
    docker compose rm --stop --force postgres >/dev/null 2>&1
    return 1
  }
  echo "docker - ${POSTGRES_PORT:-5432}" > "$state"
}

start_private() {
  programs=$(binaries) || { ./scripts/prepare.sh test && programs=$(binaries); } || fail "there is no server to start"
  folder=$(mktemp -d "${TMPDIR:-/tmp}/sessionizer-postgres.XXXXXX")
  chmod 711 "$folder"
  mkdir "$folder/data"
  [ "$(id -u)" -ne 0 ] || chown -R "$owner" "$folder"
  plainly "$programs/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C --no-sync >"$folder/initdb.log" 2>&1 || fail "initdb failed: $(cat "$folder/initdb.log")"
  for _ in 1 2 3 4 5; do
    port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
    if plainly "$programs/pg_ctl" --pgdata="$folder/data" --log="$folder/data/server.log" --wait --silent \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=" start >/dev/null 2>&1 </dev/null; then
      echo "private $folder $port" > "$state"
      return
    fi
  done
  message=$(tail -n 3 "$folder/data/server.log" 2>/dev/null)
  rm -rf "$folder"
  fail "the server did not start: $message"
}

ask() {
  if [ "$kind" = docker ]; then
    # The port inside the container is always the same one.
    docker compose exec -T postgres psql -X -v ON_ERROR_STOP=1 "postgres://postgres@localhost:5432/${1##*/}" -c "$2"
  else
    "$(binaries)/psql" -X -v ON_ERROR_STOP=1 "$1" -c "$2"
  fi
}

read_state() { [ -e "$state" ] && read -r kind folder port < "$state"; }

stop() {
  read_state || return 0
  rm -f "$state"
  if [ "$kind" = docker ]; then
    docker compose stop postgres >/dev/null 2>&1
  else
    plainly "$(binaries)/pg_ctl" --pgdata="$folder/data" --mode=fast --wait --silent stop >/dev/null 2>&1 || true
    rm -rf "$folder"
  fi
}

case "${1:-}" in
binaries) binaries ;;
start)
  mkdir -p .build
  if read_state && ask "postgres://postgres:example@127.0.0.1:$port/postgres" "" >/dev/null 2>&1; then
    :
  else
    stop
    start_docker || start_private
    read_state
    if [ -n "${2:-}" ]; then
      (
        trap '' INT
        while kill -0 "$2" 2>/dev/null; do sleep 1; done
        stop
      ) >/dev/null 2>&1 </dev/null &
    fi
  fi
  database="demo_$(date +%Y%m%d_%H%M%S)_$$"
  server="postgres://postgres:example@127.0.0.1:$port"
  ask "$server/postgres" "CREATE DATABASE $database" >/dev/null
  echo "$server/$database"
  ;;
psql)
  read_state || fail "nothing runs: postgres.sh start"
  ask "$2" "$3"
  ;;
stop) stop ;;
*) fail "start [PID], psql URL SQL, stop or binaries" ;;
esac
