"""Same name, other number: what packages of the field make of the same few numbers.

    python benchmarks/conventions.py [--folder KEPT] [--readme docs/conventions.md]

Installs pinned versions, each set into an environment of its own in a temporary folder
(`--folder` keeps them), asks each for the cases below, and puts the answers into a
table beside ours. `benchmarks/conventions/of_<package>.py` has how each is asked.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measure.tables import put_into, table

from seqforecast.data.panel import Panel
from seqforecast.data.windows import WindowIndex
from seqforecast.evaluation.baselines.registry import BASELINES
from seqforecast.evaluation.conformal import calibrate
from seqforecast.evaluation.coverage import CoverageTotals
from seqforecast.evaluation.metrics import METRICS, ErrorTotals, in_sample_errors
from seqforecast.evaluation.quantiles import QuantileTotals

PEERS = {
    "utilsforecast": "utilsforecast==0.2.17",
    "statsforecast": "statsforecast==2.1.1",
    "sktime": "sktime==1.2.0",
    "darts": "darts==0.41.0",
    # The last two import what they do not ask for.
    "gluonts": "gluonts==0.17.0 packaging statsmodels",
    "crepes": "crepes==0.9.1 scikit-learn",
}
CASES = {
    "mase": "MASE, history 1 2 4 7, truth 6 8, forecast 5 5",
    "rmsse": "RMSSE of it",
    "mase constant": "MASE, constant history, off by 1",
    "mase short": "MASE, season 12, history of 3",
    "mase missing": "MASE, one truth of two missing",
    "mase gap": "MASE, history 1 2 - 7, off by 1",
    "smape": "sMAPE, truth 1, forecast 3",
    "smape 0/0": "sMAPE, truth 0, forecast 0",
    "smape 0/0 and 1/3": "sMAPE of both together",
    "pinball": "pinball loss at 0.9, truth 10, forecast 8",
    "wql": "WQL at 0.1, 0.5, 0.9, truth 10 20",
    "wql zeros": "WQL, every truth 0",
    "coverage edge": "coverage, one truth on the end, one outside",
    "coverage missing": "coverage, one truth on the end, one missing",
    "crps": "CRPS from those three quantiles, truth 10 20",
    "naive2": "Naive2 after a strong season, next step",
    "naive2 weak": "Naive2 after a weak season, next step",
    "drift": "drift after 1 2 4 7, 2 steps",
    "drift one": "drift after one value, 3",
    "seasonal naive": "seasonal naive after 1 2 3 4 5, season 4, 6 steps",
    "seasonal naive short": "seasonal naive after 1 2 4, season 12, 2 steps",
    "naive missing": "last value after 1 2 -",
    "conformal 9": "margin of 90 % from errors 1 to 9",
    "conformal 8": "margin of 90 % from errors 1 to 8",
}
STRONG = [10.0 + i + 4 * (i % 4 == 2) for i in range(24)]
WEAK = [
    *(19, 21, 25, 22, 18, 21, 22, 21, 18, 22, 23, 23),
    *(20, 22, 21, 24, 17, 23, 22, 19, 19, 20, 23, 21),
]
THREE = [[8.0, 15.0], [10.0, 21.0], [14.0, 25.0]]
HERE = Path(__file__).parent / "conventions"
NOTHING = "-"


def panel_of(values: list[float], filled: tuple[int, ...] = ()) -> Panel:
    """Return a panel of one series."""
    return Panel(
        values=np.array(values, np.float32),
        offsets=np.array([0, len(values)]),
        ids=("a",),
        first_steps=np.array([0]),
        origin=0,
        frequency=1,
        season=None,
        sha256="",
        filled=np.array(filled, np.int64),
    )


def scaled(
    name: str,
    history: list[float],
    truth: list[float],
    forecast: list[float],
    *,
    season: int | None = None,
    counted: list[bool] | None = None,
) -> float | None:
    """Return a metric of one window after a history."""
    panel = panel_of(history)
    totals = ErrorTotals(1, len(truth))
    mask = None if counted is None else np.array([counted])
    arrays = np.array([truth]), np.array([forecast])
    totals.add(np.array([0], np.int32), *arrays, mask)
    in_sample = in_sample_errors(panel, panel.lengths, season)
    return METRICS[name](totals, in_sample).value


def window(history: int, horizon: int) -> WindowIndex:
    """Return the window that follows a history."""
    first, ends = np.array([0]), np.array([1])
    return WindowIndex(first, ends, 1, history, horizon, range(1))


def baseline(name: str, history: list[float], horizon: int, season: int = 1) -> float:
    """Return the last step that a baseline forecasts."""
    panel = panel_of([*history, *[0.0] * horizon])
    windows = window(len(history), horizon)
    make = BASELINES[name](panel, windows, season, np.ones(1))
    return float(make(windows)[0, -1])


def quantiles(
    truth: list[float], forecasts: list[list[float]], levels: list[float]
) -> dict[str, Any]:
    """Return `test` of metrics.json with the scores of quantiles of one window."""
    panel = panel_of([1.0, *truth])
    totals = QuantileTotals(panel, levels)
    made = np.array(forecasts, float).T[np.newaxis]
    middle = made[..., len(levels) // 2]
    totals.add(window(1, len(truth)), np.array([truth], float), made, middle)
    return totals.beside({"model": {}})


def of_three(name: str, truth: list[float], forecasts: list[list[float]]) -> Any:
    """Return a score of quantiles 0.1, 0.5 and 0.9."""
    return quantiles(truth, forecasts, [0.1, 0.5, 0.9])["model"][name]


def coverage(truth: list[float], low: list[float], high: list[float]) -> Any:
    """Return the share of truths in an interval of 80 %; NaN where one is missing."""
    panel = panel_of([1.0, *np.nan_to_num(truth)], filled=_missing(truth))
    windows = window(1, len(truth))
    totals = CoverageTotals(panel, windows, [80.0])
    ends = np.array([low, high], float).T[np.newaxis]
    totals.add(windows, np.nan_to_num(np.array([truth])), [0.1, 0.9], ends)
    return totals.result()[0]["coverage"]


def _missing(truth: list[float]) -> tuple[int, ...]:
    return tuple(i + 1 for i, value in enumerate(truth) if np.isnan(value))


def margin(errors: int) -> float:
    """Return the margin of 90 % from errors 1, 2, ..."""
    actual = np.arange(1.0, errors + 1)[:, np.newaxis]
    found = calibrate([90.0], actual, np.zeros_like(actual), (), np.ones(errors))
    return float(found[0, 0])


OURS: dict[str, Callable[[], Any]] = {
    "mase": lambda: scaled("mase", [1, 2, 4, 7], [6, 8], [5, 5]),
    "rmsse": lambda: scaled("rmsse", [1, 2, 4, 7], [6, 8], [5, 5]),
    "mase constant": lambda: scaled("mase", [3, 3, 3, 3], [4], [3]),
    "mase short": lambda: scaled("mase", [1, 2, 4], [6], [5], season=12),
    "mase missing": lambda: scaled(
        "mase", [1, 2, 4, 7], [6, 0], [5, 5], counted=[True, False]
    ),
    "mase gap": lambda: scaled("mase", [1, 2, 2, 7], [6], [5]),  # filled: previous
    "smape": lambda: scaled("smape", [1, 2], [1], [3]),
    "smape 0/0": lambda: scaled("smape", [1, 2], [0], [0]),
    "smape 0/0 and 1/3": lambda: scaled("smape", [1, 2], [0, 1], [0, 3]),
    "pinball": lambda: quantiles([10], [[8]], [0.9])["quantiles"]["q_90"]["pinball"],
    "wql": lambda: of_three("wql", [10, 20], THREE),
    "wql zeros": lambda: of_three("wql", [0, 0], [[0, 0], [1, 1], [2, 2]]),
    "crps": lambda: of_three("crps", [10, 20], THREE),
    "coverage edge": lambda: coverage([1, 5], [1, 0], [2, 4]),
    "coverage missing": lambda: coverage([1, np.nan], [1, 0], [2, 4]),
    "naive2": lambda: baseline("naive2", STRONG, 1, 4),
    "naive2 weak": lambda: baseline("naive2", WEAK, 1, 4),
    "drift": lambda: baseline("drift", [1, 2, 4, 7], 2),
    "drift one": lambda: baseline("drift", [3], 2),
    "seasonal naive": lambda: baseline("seasonal_naive", [1, 2, 3, 4, 5], 6, 4),
    "seasonal naive short": lambda: baseline("seasonal_naive", [1, 2, 4], 2, 12),
    "conformal 9": lambda: margin(9),
    "conformal 8": lambda: margin(8),
}


def ask(name: str, folder: Path) -> dict[str, object]:
    """Install a package, unless it is there, and return its answers."""
    home = folder / name
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        words = [python, "-m", "pip", "install", "--quiet", *PEERS[name].split()]
        subprocess.run(words, check=True)
    script = [python, HERE / f"of_{name}.py"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def ours() -> dict[str, object]:
    """Return our answers; null is said, with a reason, where it is scored."""
    found = {name: answer() for name, answer in OURS.items()}
    return {
        name: "none" if value is None else "refused" if value == np.inf else value
        for name, value in found.items()
    }


def written(value: object) -> str:
    """Return an answer as a cell."""
    return f"{value:.4g}" if isinstance(value, float | int) else str(value)


def measure(folder: Path) -> str:
    """Return the table of all answers."""
    told = {"seqforecast": ours()} | {name: ask(name, folder) for name in PEERS}
    rows = [
        [said, *(written(answers.get(case, NOTHING)) for answers in told.values())]
        for case, said in CASES.items()
    ]
    versions = [peer.split()[0].replace("==", " ") for peer in PEERS.values()]
    return table(["case", "seqforecast", *versions], rows)


def main() -> None:
    """Print the table, and put it into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        made = measure(given.folder or Path(temporary))
    print(made)
    if given.readme:
        put_into(given.readme, "conventions", made)


if __name__ == "__main__":
    sys.exit(main())
