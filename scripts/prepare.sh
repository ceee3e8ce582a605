#!/bin/sh
# Installs what the build and the demo need and this machine lacks. Asks for nothing.
set -eu

fail() {
  echo "prepare: $1" >&2
  exit 1
}

command -v swift >/dev/null 2>&1 || fail "there is no swift; install Swift 6.2 or newer from https://www.swift.org/install"

missing=""
command -v pkg-config >/dev/null 2>&1 || missing="$missing pkg-config"
if command -v pkg-config >/dev/null 2>&1; then
  pkg-config --exists sqlite3 || missing="$missing sqlite3-headers"
  pkg-config --exists zlib || missing="$missing zlib-headers"
else
  missing="$missing sqlite3-headers zlib-headers"
fi
command -v sqlite3 >/dev/null 2>&1 || missing="$missing sqlite3"
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" -eq 0 ]; then
    root=""
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    root="sudo -n"
  else
    fail "missing:$missing. Run as root: apt-get install libsqlite3-dev zlib1g-dev pkg-config sqlite3"
  fi
  packages="libsqlite3-dev zlib1g-dev pkg-config sqlite3"
  export DEBIAN_FRONTEND=noninteractive
  # The lists of a fresh machine may be empty or old.
  $root apt-get install -y -qq $packages >/dev/null 2>&1 ||
    { $root apt-get update -qq && $root apt-get install -y -qq $packages >/dev/null; } ||
    fail "apt-get could not install: $packages"
elif command -v brew >/dev/null 2>&1; then
  HOMEBREW_NO_AUTO_UPDATE=1 NONINTERACTIVE=1 brew install sqlite zlib pkgconf || fail "brew could not install sqlite zlib pkgconf"
else
  fail "missing:$missing. Install SQLite 3.38 or newer and zlib with their headers, pkg-config and the sqlite3 shell"
fi
