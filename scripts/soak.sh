#!/bin/sh
# Plays histories that nobody has seen, for so many seconds, on every engine that is there. What it prints first is the seed
# from which they are drawn; a failure comes with the smallest history that shows it.
set -eu
cd "$(dirname "$0")/.."
export SESSIONIZER_SOAK="${1:-600}"
exec swift test -c release -Xswiftc -enable-testing --scratch-path .build-tests --filter '^LawTests\.SoakTests/'
