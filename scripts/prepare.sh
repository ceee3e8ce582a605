#!/bin/sh
# Installs what the build and the demo need and this machine lacks; with "test" as argument, PostgreSQL's and MariaDB's
# servers and the ODBC drivers for the tests besides. Asks for nothing, starts nothing.
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
for library in sqlite3 zlib libpq odbc; do
  pkg-config --exists "$library" 2>/dev/null || missing="$missing $library-headers"
done
command -v sqlite3 >/dev/null 2>&1 || missing="$missing sqlite3"
if [ "${1:-}" = test ]; then
  "$(dirname "$0")/postgres.sh" binaries >/dev/null || missing="$missing postgresql"
  # Debian's server is in a folder that is not on everybody's PATH.
  (
    PATH="$PATH:/usr/sbin"
    command -v mariadbd && command -v mariadb-install-db && command -v mariadb && command -v mariadb-tzinfo-to-sql
  ) >/dev/null || missing="$missing mariadb"
  # A pool before a server.
  (PATH="$PATH:/usr/sbin" && command -v pgbouncer) >/dev/null || missing="$missing pgbouncer"
  for driver in libmaodbc psqlodbcw libsqlite3odbc; do
    ls /usr/lib/odbc/$driver.* /usr/lib/*/odbc/$driver.* /usr/lib*/$driver.* "${prefix:-/usr/local}"/lib/$driver.* \
      2>/dev/null | grep -q . || missing="$missing $driver-driver"
  done
fi
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
  packages="libsqlite3-dev zlib1g-dev libpq-dev unixodbc-dev pkg-config sqlite3"
  case "$missing" in *-driver*) packages="$packages odbc-mariadb odbc-postgresql libsqliteodbc" ;; esac
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
  *" postgresql")
    # The tests start servers of their own: the package must not make one that listens on 5432.
    if [ ! -e "$common" ]; then
      $root mkdir -p "$(dirname "$common")"
      echo "create_main_cluster = false" | $root tee "$common" >/dev/null
    fi
    ;;
  esac
  # Nothing goes for it that somebody has installed.
  install() { $root apt-get install -y -qq --no-remove -o Dpkg::Options::=--force-confold "$@"; }
  # The lists of a fresh machine may be empty or old.
  install $packages >/dev/null 2>&1 || { $root apt-get update -qq && install $packages >/dev/null; } ||
    fail "apt-get could not install: $packages"
  case "$missing" in
  *" mariadb"*)
    # The server's own package starts one on 3306; this one holds the same programs. Some releases put the version
    # into its name.
    core=$(apt-cache pkgnames mariadb-server-core 2>/dev/null | sort -V | head -n 1)
    install "${core:-mariadb-server-core}" mariadb-client >/dev/null ||
      echo "prepare: apt-get could not install ${core:-mariadb-server-core} and mariadb-client; is there a MySQL?" >&2
    ;;
  esac
  case "$missing" in
  *" pgbouncer"*)
    # Its package starts one on 6432; the tests take the program alone, and start their own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
      $root chmod 755 "$policy"
      install pgbouncer >/dev/null || echo "prepare: apt-get could not install pgbouncer; its tests are skipped" >&2
      $root rm -f "$policy"
    else
      install pgbouncer >/dev/null || echo "prepare: apt-get could not install pgbouncer; its tests are skipped" >&2
    fi
    ;;
  esac
elif command -v brew >/dev/null 2>&1; then
  packages="sqlite zlib libpq unixodbc pkgconf"
  case "$missing" in *postgresql*) packages="$packages postgresql" ;; esac
  case "$missing" in *mariadb*) packages="$packages mariadb" ;; esac
  case "$missing" in *pgbouncer*) packages="$packages pgbouncer" ;; esac
  case "$missing" in *-driver*) packages="$packages mariadb-connector-odbc psqlodbc sqliteodbc" ;; esac
  HOMEBREW_NO_AUTO_UPDATE=1 NONINTERACTIVE=1 brew install $packages || fail "brew could not install $packages"
else
  fail "missing:$missing. Install SQLite 3.38 or newer, zlib, libpq and unixODBC with their headers, pkg-config, the sqlite3 shell"
fi
