"""Time and memory of reading a large panel into the flat float32 array.

    python benchmarks/large_panel.py [--rows 100000000] [--series 10000]
        [--layout long|wide] [--format parquet|csv] [--time int|timestamp|text]
        [--interleaved] [--gaps]

Writes `rows` values of random walks into a temporary folder, piece by piece, reads them
in a process of its own, and deletes them. Wide files have one column a series. Prints
the seconds, and the largest resident size above that of the same process with NumPy,
pandas and pyarrow imported, before reading, as a multiple of the array. `--interleaved`
sorts a long file by time, not by series; `--gaps` leaves out one record in a hundred,
which are then filled by lines. A hundred million rows need about 1 GB of disk as
Parquet, 4 GB as CSV. Not on Windows.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

ORIGIN = np.datetime64("2000-01-01T00:00:00", "us")
PIECE = 1_000_000  # values

READ = """
import resource, sys, time
from pathlib import Path
import numpy, pandas, pyarrow.compute, pyarrow.csv, pyarrow.parquet
from seqforecast.data.table.load import load_table
from seqforecast.data.table.section import TableSource

def resident(which):
    if sys.platform == "linux":  # ru_maxrss counts what ran before in this process
        lines = Path("/proc/self/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith(which))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

path, layout, rows, missing = sys.argv[1:]
before, started = resident("VmRSS"), time.perf_counter()
source = TableSource(source="table", path=path, layout=layout, missing=missing)
panel = load_table(source, Path())
seconds = time.perf_counter() - started
above = resident("VmHWM") - before
print(f"{seconds:.1f} s, {int(rows) / seconds / 1e6:.2f} million rows a second")
print(f"array {panel.values.nbytes / 1e6:.0f} MB; largest resident size above the "
      f"start {above / 1e6:.0f} MB: {above / panel.values.nbytes:.2f} times the array")
"""


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--layout", choices=["long", "wide"], default="long")
    parser.add_argument("--format", choices=["parquet", "csv"], default="parquet")
    parser.add_argument(
        "--time", choices=["int", "timestamp", "text"], default="timestamp"
    )
    parser.add_argument("--interleaved", action="store_true")
    parser.add_argument("--gaps", action="store_true")
    return parser.parse_args()


def stamps(steps: np.ndarray, kind: str) -> pa.Array:
    """Return hourly time stamps, or the steps themselves."""
    if kind == "int":
        return pa.array(steps)
    dates = pa.array(ORIGIN + steps * np.timedelta64(1, "h"))
    return dates if kind == "timestamp" else dates.cast(pa.string())


def long_pieces(asked: argparse.Namespace) -> Iterator[pa.Table]:
    """Yield one row an observation, series after series or step after step."""
    steps, random = asked.rows // asked.series, np.random.default_rng(0)
    names = pa.array([f"series_{i:06d}" for i in range(asked.series)])
    for start in range(0, asked.rows, PIECE):
        row = np.arange(start, min(start + PIECE, asked.rows))
        series, step = np.divmod(row, steps)
        if asked.interleaved:
            step, series = np.divmod(row, asked.series)
        kept = np.ones(len(row), bool)
        if asked.gaps:
            inside = (step > 0) & (step < steps - 1)
            kept = ~(inside & (random.random(len(row)) < 0.01))
        ids = pa.DictionaryArray.from_arrays(pa.array(series[kept]), names)
        yield pa.table(
            {
                "unique_id": ids.cast(pa.string()),
                "ds": stamps(step[kept], asked.time),
                "y": random.standard_normal(int(kept.sum())).cumsum(),
            }
        )


def wide_pieces(asked: argparse.Namespace) -> Iterator[pa.Table]:
    """Yield one row a time stamp, one column a series."""
    steps, random = asked.rows // asked.series, np.random.default_rng(0)
    size = max(1, PIECE // asked.series)
    for start in range(0, steps, size):
        step = np.arange(start, min(start + size, steps))
        values = random.standard_normal((asked.series, len(step))).cumsum(axis=1)
        if asked.gaps and 0 < start < steps - size:
            values[random.random(values.shape) < 0.01] = np.nan
        columns = {f"series_{i:06d}": row for i, row in enumerate(values)}
        yield pa.table({"ds": stamps(step, asked.time)} | columns)


def write(path: Path, pieces: Iterator[pa.Table], form: str) -> None:
    """Write tables one after another."""
    first = next(pieces)
    writer = pa.csv.CSVWriter if form == "csv" else pa.parquet.ParquetWriter
    with writer(str(path), first.schema) as file:
        file.write_table(first)
        for table in pieces:
            file.write_table(table)


asked = options()
asked.rows -= asked.rows % asked.series
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, f"panel.{asked.format}")
    pieces = long_pieces(asked) if asked.layout == "long" else wide_pieces(asked)
    write(path, pieces, asked.format)
    print(
        f"{asked.rows:,} rows, {asked.series:,} series, {asked.layout}, {asked.format},"
        f" time as {asked.time}: {path.stat().st_size / 1e6:.0f} MB on disk"
    )
    missing = "interpolate" if asked.gaps else "error"
    command = [sys.executable, "-c", READ, str(path), asked.layout, str(asked.rows)]
    subprocess.run([*command, missing], check=True)
