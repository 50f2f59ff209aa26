#!/bin/sh
# From a record to a folder to publish, or to the first thing that is wrong with it:
#
#   examples/film.sh RECORD FOLDER [OPTION OF fedreel release]...
set -eu
if [ $# -lt 2 ]; then
    echo "film.sh: name a record and a folder to make: film.sh runs/mine site" >&2
    exit 2
fi
record=$1 folder=$2
shift 2

fl-sim check "$record"
fedreel check --run "$record" || [ $? -eq 1 ] # what it lists is the film's fault, not the record's
fedreel audit --run "$record" --json "$folder-numbers.json"
fedreel release --run "$record" "$@" "$folder"
