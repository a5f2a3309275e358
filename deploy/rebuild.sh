#!/bin/sh
# Rebuild papers.db in the current folder, unless the comparison with the old one refuses the new one.
#
#   deploy/rebuild.sh CATALOG [options of `build_db.py compare`, such as --min-papers 1500]
#
# The new database is built beside the old one and compared. The second build writes papers.db from
# the same downloads, and takes what was read of the PDFs from the cache.
set -eu
site=$(dirname "$0")/..
python=${PYTHON:-/opt/papersette/bin/python}
catalog=${1:?usage: deploy/rebuild.sh CATALOG [options of build_db.py compare]}
shift
export PYTHONPATH="$site"
[ -e papers.db ] || set -- --first "$@"
next=.cache/next
rm -rf "$next"
mkdir -p "$next"
trap 'rm -rf "$next"' EXIT
"$python" "$site/build_db.py" "$catalog" --db "$next/papers.db"
"$python" "$site/build_db.py" compare papers.db "$next/papers.db" "$@"
"$python" "$site/build_db.py" "$catalog" --offline
