"""Time and memory of `seqforecast predict` for up to a million series.

    python benchmarks/predict_million.py [--series 10000 100000 1000000]
        [--readme docs/speed.md]

Trains an LSTM of 50 units on a few sine waves of a long Parquet file (lookback 50,
horizon 1, one epoch), then writes files of many series that it never saw, 50 steps
each, and forecasts each by the command line, from Parquet to Parquet, in a process of
its own. Prints seconds and the largest resident size of the whole process, and what is
left of it above the float32 values. A million series need 1 GB of disk. Not on Windows.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from measure.machine import describe
from measure.tables import put_into, table

import seqforecast

STEPS, PIECE = 50, 10_000  # steps of a series, series written at a time
EXPERIMENT = {
    "name": "million",
    "data": {"source": "table", "layout": "long", "season": None},
    "window": {"lookback": STEPS, "horizon": 1},
    "model": {"cell": "lstm", "units": [50]},
    "training": {"epochs": 1, "steps_per_epoch": 10},
}
FORECAST = """
import sys
from pathlib import Path
from seqforecast.cli.app import app
try:
    app()
finally:
    if sys.platform == "linux":  # ru_maxrss counts what ran before in this process
        lines = Path("/proc/self/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith("VmHWM"))
        print(int(line.split()[1]) * 1024)
    else:
        import resource
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write(path: Path, series: int, steps: int) -> None:
    """Write sine waves with noise as a long Parquet file."""
    random = np.random.default_rng(0)
    fields = [("unique_id", pa.string()), ("ds", pa.int64()), ("y", pa.float32())]
    with pyarrow.parquet.ParquetWriter(path, pa.schema(fields)) as file:
        for first in range(0, series, PIECE):
            count = min(PIECE, series - first)
            waves = np.sin(np.arange(steps) / 4 + random.uniform(0, 6, (count, 1)))
            values = waves + 0.1 * random.standard_normal((count, steps))
            names = [f"s{i:07d}" for i in range(first, first + count)]
            columns = {
                "unique_id": pa.array(np.repeat(names, steps)),
                "ds": pa.array(np.tile(np.arange(steps), count)),
                "y": pa.array(values.astype(np.float32).reshape(-1)),
            }
            file.write_table(pa.table(columns, schema=pa.schema(fields)))


def measure(run: Path, data: Path, output: Path) -> tuple[float, int]:
    """Return seconds and the largest resident bytes of one forecast."""
    words = ["predict", str(run), "--data", str(data), "--output", str(output), "-q"]
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", FORECAST, *words], capture_output=True, check=True
    )
    return time.perf_counter() - began, int(done.stdout.split()[-1])


def main() -> None:
    """Write, train, forecast, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, nargs="+", default=[10**4, 10**5, 10**6])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "few.parquet", 20, 400)
        settings = EXPERIMENT | {
            "data": {**EXPERIMENT["data"], "path": str(folder / "few.parquet")}
        }
        run = seqforecast.train(settings, runs=folder / "runs").path
        for series in given.series:
            data, output = folder / "many.parquet", folder / "forecasts.parquet"
            write(data, series, STEPS)
            found = [measure(run, data, output) for _ in range(given.rounds)]
            made = pyarrow.parquet.read_metadata(output).num_rows
            if made != series:
                raise SystemExit(f"expected {series} forecasts, got {made}")
            seconds = float(np.median([each for each, _ in found]))
            size = float(np.median([each for _, each in found]))
            values = 4 * series * STEPS
            sizes = (size, size - values)
            rows.append(
                [
                    f"{series:,}",
                    f"{seconds:.1f} s",
                    *(f"{each / 1e9:.2f} GB" for each in sizes),
                ]
            )
    head = ["series forecast by `predict`", "time", "memory", "above the values"]
    made = f"{table(head, rows)}\n\nMeasured on {describe()}."
    print(made)
    if given.readme:
        put_into(given.readme, "predict", made)


if __name__ == "__main__":
    main()
