#!/usr/bin/env bash
# pandas 2.3.3 on CPython before 3.13: a text with a carriage return breaks its own row of CSV in two.
#
# `DataFrame.to_csv(lineterminator="\n")` quotes a text that holds a comma, a quotation mark or a line
# feed, so an expert expects it to quote one with a carriage return as well: every reader of CSV, the
# one of pandas first, takes that for the end of a line. It does not. Quoting is left to Python's `csv`
# module, which before 3.13 looks for the letters of the line terminator at hand and no others, so that
# with the terminator "\r\n" the same text is quoted. A name such as "store 7\r" in an identifier column
# then comes back as two rows without any error: a panel gets a series that never was. CPython 3.13
# quotes both letters always. Way out: `quoting=csv.QUOTE_NONNUMERIC` where a text holds the letter.
#
# Prints the rows that come back, and exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  "pandas==2.3.3" "numpy==2.2.6"
"$folder/venv/bin/python" - <<'PYTHON'
import csv
import io
import platform
import sys

import pandas as pd

frame = pd.DataFrame({"unique_id": ["store\r7", "store 8"], "y": [1.0, 2.0]})


def back(**options):
    text = frame.to_csv(index=False, **options)
    return pd.read_csv(io.StringIO(text, newline=""))["unique_id"].tolist()


unix = back(lineterminator="\n")
windows = back(lineterminator="\r\n")
quoted = back(lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
print(f"pandas {pd.__version__}, Python {platform.python_version()}")
for name, ids in (("\\n", unix), ("\\r\\n", windows), ("\\n, all texts quoted", quoted)):
    print(f"line terminator {name}: {len(ids)} rows, unique_id {ids}")
is_whole = unix == ["store\r7", "store 8"]
sys.exit(
    is_whole != (sys.version_info >= (3, 13))
    or windows != ["store\r7", "store 8"]
    or quoted != ["store\r7", "store 8"]
)
PYTHON
