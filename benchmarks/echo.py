"""Which cell remembers: the shipped comparison at three lags, as a table.

    python benchmarks/echo.py [--runs DIR] [--readme docs/results.md] [--images FOLDER]

Each lag is `seqforecast compare rnn lstm gru`, as a user would start it; stopped
anywhere, the same command goes on. With --images the gradient memory at every lag and
the page's first figures at lag 20 are copied.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from measure.tables import put_into, table

from seqforecast.reporting.text_format import significant

LAGS = (5, 20, 60)
CELLS = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def compare(lag: int, runs: Path) -> tuple[Path, dict[str, Any]]:
    """Compare the cells at one lag; return the directory and the document."""
    command = [sys.executable, "-m", "seqforecast", "compare", "rnn", "lstm", "gru"]
    command += ["--set", f"data.lag={lag}", "--set", f"window.lookback={lag}"]
    command += ["--runs", str(runs / f"lag-{lag}"), "--json"]
    complete = sorted((runs / f"lag-{lag}").glob("compare-echo/*/comparison.json"))
    if complete:
        return complete[-1].parent, json.loads(complete[-1].read_text())
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    return Path(told["run"]), told["comparison"]


def row(lag: int, document: dict[str, Any]) -> list[str]:
    """Return a line of the table: errors with their groups, and the seconds."""
    members = {member["name"]: member for member in document["members"]}
    cells = []
    for name in CELLS:
        member = members[name]
        mean, sd = (significant(member["test"][of], 2) for of in ("mean", "sd"))
        cells.append(f"{mean} ± {sd} ({member['group']})")
    baselines = document["baselines"]
    known = [f"{baselines[name]['test']:.2g}" for name in ("naive", "linear")]
    seconds = ", ".join(f"{members[name]['seconds']:.0f}" for name in CELLS)
    return [f"{lag}", *cells, *known, f"{seconds} s"]


def main() -> None:
    """Compare, print, copy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs/echo-lags"))
    parser.add_argument("--readme", type=Path)
    parser.add_argument("--images", type=Path)
    given = parser.parse_args()
    head = ["`echo`, lag", *CELLS.values(), "naive", "linear", "training a seed"]
    lines = []
    for lag in LAGS:
        folder, document = compare(lag, given.runs)
        lines.append(row(lag, document))
        if given.images:
            plots = folder / "plots"
            shutil.copy(plots / "memory.png", given.images / f"echo_{lag}_memory.png")
            if lag == 20:
                shutil.copy(plots / "seeds.png", given.images / "echo_seeds.png")
    made = table(head, lines)
    print(made)
    if given.readme:
        put_into(given.readme, "echo", made)


if __name__ == "__main__":
    main()
