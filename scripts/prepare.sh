#!/bin/sh
# Installs what the build and the demo need and this machine lacks; with "test" as argument, a PostgreSQL server for the
# tests besides. Asks for nothing, starts nothing.
set -eu

fail() {
  echo "prepare: $1" >&2
  exit 1
}

command -v swift >/dev/null 2>&1 || fail "there is no swift; install Swift 6.2 or newer from https://www.swift.org/install"

if command -v brew >/dev/null 2>&1; then
  # Homebrew keeps libpq and sqlite apart from the system's.
  prefix=$(brew --prefix)
  PKG_CONFIG_PATH="$prefix/opt/libpq/lib/pkgconfig:$prefix/opt/sqlite/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
  export PKG_CONFIG_PATH
fi

missing=""
command -v pkg-config >/dev/null 2>&1 || missing="$missing pkg-config"
for library in sqlite3 zlib libpq; do
  pkg-config --exists "$library" 2>/dev/null || missing="$missing $library-headers"
done
command -v sqlite3 >/dev/null 2>&1 || missing="$missing sqlite3"
if [ "${1:-}" = test ]; then
  "$(dirname "$0")/postgres.sh" binaries >/dev/null || missing="$missing postgresql"
fi
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
  packages="libsqlite3-dev zlib1g-dev libpq-dev pkg-config sqlite3"
  case "$missing" in *postgresql*) packages="$packages postgresql" ;; esac
  if [ "$(id -u)" -eq 0 ]; then
    root=""
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    root="sudo -n"
  else
    fail "missing:$missing. Run as root: apt-get install $packages"
  fi
  export DEBIAN_FRONTEND=noninteractive
  common=/etc/postgresql-common/createcluster.conf
  case "$packages" in
  *postgresql)
    # The tests start servers of their own: the package must not make one that listens on 5432.
    if [ ! -e "$common" ]; then
      $root mkdir -p "$(dirname "$common")"
      echo "create_main_cluster = false" | $root tee "$common" >/dev/null
    fi
    ;;
  esac
  install() { $root apt-get install -y -qq -o Dpkg::Options::=--force-confold $packages; }
  # The lists of a fresh machine may be empty or old.
  install >/dev/null 2>&1 || { $root apt-get update -qq && install >/dev/null; } ||
    fail "apt-get could not install: $packages"
elif command -v brew >/dev/null 2>&1; then
  packages="sqlite zlib libpq pkgconf"
  case "$missing" in *postgresql*) packages="$packages postgresql" ;; esac
  HOMEBREW_NO_AUTO_UPDATE=1 NONINTERACTIVE=1 brew install $packages || fail "brew could not install $packages"
else
  fail "missing:$missing. Install SQLite 3.38 or newer, zlib and libpq with their headers, pkg-config, the sqlite3 shell"
fi
