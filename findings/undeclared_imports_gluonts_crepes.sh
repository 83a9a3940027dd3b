#!/usr/bin/env bash
# gluonts 0.17.0 and crepes 0.9.1: two packages that import what they do not ask for.
#
# Both install without a word into an empty environment and have no extra that the tutorials name for
# what follows. `import crepes` then fails, because `crepes.extras` imports scikit-learn, of which the
# metadata say nothing (numpy, pandas, scipy). `import gluonts` works, and so does `gluonts.dataset`, but
# the evaluator, which every tutorial ends with, imports `packaging` through `gluonts.core`, and the
# Naive2 forecaster imports statsmodels. Most machines have all three from something else, so that this
# shows first in a slim container. An expert would trust the metadata, and pin by them. Way out: install
# `packaging` (and statsmodels) beside gluonts, scikit-learn beside crepes.
#
# Prints which imports fail, and exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in "gluonts==0.17.0" "crepes==0.9.1"; do
  python3 -m venv "$folder/${package%%=*}"
  "$folder/${package%%=*}/bin/python" -m pip install --quiet --disable-pip-version-check "$package"
done
try() {
  if said=$("$folder/$1/bin/python" -W ignore -c "import $2" 2>&1); then
    echo "$1: import $2 works"
  else
    echo "$1: import $2 fails: ${said##*$'\n'}"
    failed=$((failed + 1))
  fi
}
failed=0
try crepes crepes
try gluonts gluonts.evaluation
try gluonts gluonts.ext.naive_2
[ "$failed" -eq 3 ] || { echo "not as described any more" >&2; exit 1; }
