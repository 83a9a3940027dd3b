"""Processor time of reading a wide file, beside the same values long, and pandas.

    python benchmarks/reading.py [--columns 10000] [--rows 60] [--rounds 5]
        [--old SRC] [--readme docs/speed.md]

Each measurement is a process of its own that imports everything first; rounds take
turns, so that all see the same machine. `--old` is the `src` folder of another version,
read beside this one. Shown are medians, and times pandas.read_csv of the wide file.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from measure.tables import put_into, table

SOURCE = Path(__file__).parents[1] / "src"
PANDAS = "import time, pandas; began = time.process_time(); pandas.read_csv({path!r})"
LOAD = """
import time, pandas, pyarrow.csv, pyarrow.parquet
from pathlib import Path
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource
source = TableSource(source="table", path={path!r}, layout={layout!r})
began = time.process_time()
load_table(source, Path())
"""
INIT = """
import os, tempfile, time, pandas, pyarrow.csv, pyarrow.parquet
from pathlib import Path
from seqforecast.workflows.init import start_experiment
began = time.process_time()
with tempfile.TemporaryDirectory() as folder:
    start_experiment(Path({path!r}), Path(folder) / "x.yaml")
"""
ENDING = "\nprint(time.process_time() - began)\n"


def write(folder: Path, columns: int, rows: int) -> dict[str, str]:
    """Write the same values wide and long; return the paths."""
    draw = np.random.default_rng(0)
    values = np.round(100 + draw.normal(0, 10, (rows, columns)), 2)
    wide = pd.DataFrame(values, columns=[f"s{i}" for i in range(columns)])
    stamps = pd.date_range("2015-01-01", periods=rows, freq="MS").astype(str)
    wide.insert(0, "ds", stamps)
    paths = {name: str(folder / name) for name in ("wide.csv", "long.csv")}
    paths["wide.parquet"] = str(folder / "wide.parquet")
    wide.to_csv(paths["wide.csv"], index=False)
    wide.to_parquet(paths["wide.parquet"])
    long = wide.melt("ds", var_name="unique_id", value_name="y")
    long.to_csv(paths["long.csv"], index=False)
    return paths


def seconds(code: str, source: Path) -> float:
    """Return the processor time a piece of code says it took."""
    environment = os.environ | {"PYTHONPATH": str(source)}
    words = [sys.executable, "-W", "ignore", "-c", code + ENDING]
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, env=environment
    )
    return float(done.stdout.splitlines()[-1])


def measure(paths: dict[str, str], rounds: int, old: Path | None) -> str:
    """Return the table of medians."""
    cases = {"pandas.read_csv, wide CSV": (PANDAS, "wide.csv", "wide")}
    for name, layout in (
        ("long.csv", "long"),
        ("wide.csv", "wide"),
        ("wide.parquet", "wide"),
    ):
        cases[f"read {name}"] = (LOAD, name, layout)
    cases |= {f"`init {name}`": (INIT, name, "") for name in ("long.csv", "wide.csv")}
    found: dict[tuple[str, bool], list[float]] = {}
    for _ in range(rounds):
        for case, (code, name, layout) in cases.items():
            written = code.format(path=paths[name], layout=layout)
            found.setdefault((case, False), []).append(seconds(written, SOURCE))
            if old is not None and code != PANDAS:
                found.setdefault((case, True), []).append(seconds(written, old))
    middle = {key: statistics.median(times) for key, times in found.items()}
    unit = middle[next(iter(cases)), False]
    rows = []
    for case in cases:
        row = [case, f"{middle[case, False]:.2f} s"]
        row.append(f"{middle[case, False] / unit:.1f}")
        before = middle.get((case, True))
        row.append("" if before is None else f"{before:.2f} s")
        rows.append(row)
    head = ["processor time", "now", "times pandas", "before"]
    return table(head, rows)


def main() -> None:
    """Print the table, and put it into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--old", type=Path)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = write(Path(folder), given.columns, given.rows)
        made = measure(paths, given.rounds, given.old)
    print(made)
    if given.readme:
        put_into(given.readme, "reading", made)


if __name__ == "__main__":
    main()
