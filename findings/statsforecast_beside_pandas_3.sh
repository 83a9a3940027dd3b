#!/usr/bin/env bash
# statsforecast 2.1.1 with pandas 3.1.1: no conflict, but a silent step back to the release 2.0.3.
#
# statsforecast 2.1.1 and fugue 0.9.7, which it needs, ask for pandas below 3. Whoever pins pandas 3 and
# asks for statsforecast without a version expects the resolver to refuse. It does not: 2.0.3 and fugue
# 0.9.4 have no upper bound of pandas, and pip (uv too) installs these, a pair older than the pandas it
# stands beside, without a warning; where SciPy 1.16 or later is pinned too, 2.0.1. (On 153 series of M1,
# M3 and tourism AutoETS and AutoTheta of 2.0.1 beside pandas 3.1.1 gave the very forecasts of 2.1.1
# beside pandas 2.3.3.) Way out: `statsforecast>=2.1` where that matters makes the conflict be said.
#
# Prints what would be installed, and exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/python" -m pip --quiet --quiet --disable-pip-version-check)
cd "$folder"
"${pip[@]}" install --dry-run --only-binary :all: --report free.json \
  "pandas==3.1.1" "statsforecast<=2.1.1"
status=0
"${pip[@]}" install --dry-run --only-binary :all: "pandas==3.1.1" "statsforecast==2.1.1" \
  2>refused.txt || status=$?
python3 - "$status" <<'PYTHON'
import json
import sys

with open("free.json") as file:
    found = {
        each["metadata"]["name"]: each["metadata"]["version"]
        for each in json.load(file)["install"]
    }
refused = "ResolutionImpossible" in open("refused.txt").read()
print("pandas 3.1.1 and statsforecast<=2.1.1:", {
    name: found.get(name) for name in ("pandas", "statsforecast", "fugue")
})
print("pandas 3.1.1 and statsforecast==2.1.1:", "refused" if refused else "installed")
sys.exit(found.get("statsforecast") != "2.0.3" or sys.argv[1] == "0" or not refused)
PYTHON
