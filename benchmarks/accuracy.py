"""Train the recipes on public data; print their scores beside published ones.

    python benchmarks/accuracy.py --data DIR [--only etth1_96 ...]
        [--readme docs/results.md] [--headline README.md]

DIR holds ETTh1, m4_weekly, nn5_daily and exchange_rate, each with .csv.gz. A run is a
process of its own, as a user would start it, and one line of
benchmarks/results/accuracy.jsonl when it ends: stopped anywhere, the same command goes
on. A recipe whose settings have changed since is run anew. A table has only rows of
which every seed was run.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from measure import accuracy_tables, published, recorded
from measure.accuracy_tables import HORIZONS
from measure.recorded import Job
from measure.tables import put_into, table

RESULTS = Path(__file__).parent / "results" / "accuracy.jsonl"
SEEDS = (0, 1, 2)

SHORT = (
    "window.lookback=96",
    "model.segment=24",
    "model.units=[256]",
    "training.steps_per_epoch=16",
)
LONG = [Job(f"etth1_{h}", f"etth1_{h}") for h in HORIZONS]
BRIEF = [Job(f"etth1_{h}_lookback_96", f"etth1_{h}", SHORT) for h in HORIZONS]
CELLS = [
    Job(f"etth1_96_{cell}", "etth1_96", (f"model.cell={cell}",))
    for cell in ("simple_rnn", "lstm")
]
PANELS = [Job(name, name) for name in ("m4_weekly", "nn5_daily", "exchange_96")]
JOBS = [*LONG, *PANELS, *BRIEF, *CELLS]

# What the data are, the job, the metric, and what others have published of it.
HEADLINES = (
    *(
        (
            f"ETTh1, {horizon} hours",
            f"etth1_{horizon}",
            "mse",
            {name: errors[place] for name, _, errors in published.ETTH1},
        )
        for place, horizon in enumerate(HORIZONS)
    ),
    (
        "M4 Weekly, 359 series, 13 weeks",
        "m4_weekly",
        "owa",
        {name: owa for name, _, _, owa in published.M4_WEEKLY},
    ),
    (
        "NN5, 111 series, 56 days",
        "nn5_daily",
        "mase",
        {name: mase for name, mase, _ in published.NN5_DAILY},
    ),
    ("Exchange rates, 96 days", "exchange_96", "mae", {}),
)


def tables(path: Path, seeds: Sequence[int]) -> str:
    """Return every table whose rows were all measured."""
    records = recorded.read(path)
    runs = {job.name: recorded.found(records, job, seeds) for job in JOBS}
    whole = {name: each for name, each in runs.items() if len(each) == len(seeds)}
    rows = {
        (f"{name}, this tool", lookback): [whole[job.name] for job in jobs]
        for name, lookback, jobs in (("GRU", "720", LONG), ("GRU", "96", BRIEF))
        if all(job.name in whole for job in jobs)
    }
    made = [accuracy_tables.long_horizon(rows)] if rows else []
    competitions = (
        ("m4_weekly", "M4 Weekly", ("smape", "mase", "owa"), published.M4_WEEKLY),
        ("nn5_daily", "NN5 daily", ("mase", "smape"), published.NN5_DAILY),
        ("exchange_96", "Exchange rates, 96 days", ("mae", "mse"), ()),
    )
    for name, title, metrics, known in competitions:
        if name in whole:
            row, head = {"GRU, this tool": whole[name]}, f"{title}, `{name}`"
            made.append(accuracy_tables.competition(head, row, metrics, known))
    cells = {"gru": "etth1_96", "lstm": "etth1_96_lstm", "rnn": "etth1_96_simple_rnn"}
    if all(name in whole for name in cells.values()):
        names = {"gru": "GRU", "lstm": "LSTM", "rnn": "SimpleRNN"}
        row = {names[cell]: whole[name] for cell, name in cells.items()}
        title = "ETTh1, 96 hours, `etth1_96`"
        made.append(accuracy_tables.competition(title, row, ("mae", "mse")))
    return "\n\n".join(made)


def headline(path: Path, seeds: Sequence[int]) -> str:
    """Return one line a data set of which every seed was run."""
    records = recorded.read(path)
    jobs = {job.name: job for job in (*LONG, *PANELS)}
    rows = []
    for title, name, metric, known in HEADLINES:
        runs = recorded.found(records, jobs[name], seeds)
        if len(runs) == len(seeds):
            rows.append(accuracy_tables.headline(title, runs, metric, known))
    return table(accuracy_tables.HEADLINE, rows)


def main() -> None:
    """Train, print, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="trains nothing when left out")
    parser.add_argument("--only", nargs="*", choices=[job.name for job in JOBS])
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--readme", type=Path, help="put all tables into its block")
    parser.add_argument("--headline", type=Path, help="put one line a data set there")
    given = parser.parse_args()
    jobs = [job for job in JOBS if not given.only or job.name in given.only]
    if given.data:
        recorded.measure(jobs, given.seeds, given.results, given.data.resolve())
    made = tables(given.results, given.seeds)
    print(made)
    if given.readme:
        put_into(given.readme, "accuracy", made)
    if given.headline:
        short = headline(given.results, given.seeds)
        put_into(given.headline, "headline", short)


if __name__ == "__main__":
    main()
