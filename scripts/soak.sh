#!/bin/sh
# Plays histories that nobody has seen, for so many seconds, on every engine that is there, and beside them histories with
# faults: runs that are killed, cut off, stalled, without room on the disk, several at once. What it prints first is the seed from which they are drawn.
set -eu
cd "$(dirname "$0")/.."
export SESSIONIZER_SOAK="${1:-600}"
exec swift test -c release -Xswiftc -enable-testing --scratch-path .build-tests --filter '^LawTests\.(Fault)?SoakTests/'
