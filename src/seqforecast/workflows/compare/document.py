"""What a comparison says: comparison.json and comparison.csv."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from seqforecast.evaluation.baselines.registry import baselines_on, repeated
from seqforecast.reporting.compare.verdict import ranked
from seqforecast.reporting.text_format import plural
from seqforecast.runs.multi_fit_directories import ComparisonDirectory
from seqforecast.workflows.compare.plan import ComparisonPlan
from seqforecast.workflows.compare.results import (
    ComparedMembers,
    Finished,
    NamedForecaster,
)

if TYPE_CHECKING:
    import pandas as pd


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Return mean and standard deviation over seeds; of one there is no deviation."""
    deviation = stdev(values) if len(values) > 1 else None
    return {"mean": mean(values), "sd": deviation, "values": list(values)}


def describe_comparison(
    directory: ComparisonDirectory,
    plan: ComparisonPlan,
    compared: ComparedMembers,
    failed: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return comparison.json.

    Args:
        directory: runs are named relative to it.
        plan: what was compared.
        compared: members, baselines and tests.
        failed: name, seed and error of fits that have no result.
    """
    prepared = plan.prepared
    comparison = compared.comparison
    notes = [
        *plan.notes,
        *compared.notes,
        *_notes(compared),
        *_left_out(compared, failed),
    ]
    named = [_forecaster(compared, each) for each in compared.named]
    return {
        "schema": 1,
        "name": prepared.experiment.name,
        "metric": compared.units.metric,
        "ranked_by": compared.ranked_by,
        "seeds": list(plan.seeds),
        "match": plan.budget.match,
        "windows": len(prepared.test),
        "cutoffs": len(set(prepared.test.cutoffs(prepared.panel).tolist())),
        "series": len(set(prepared.test.series.tolist())),
        "horizon": prepared.test.horizon,
        "members": [
            _member(directory, compared, member) for member in compared.members
        ],
        **({"forecasters": named} if named else {}),
        "baselines": {
            name: {"test": error, "group": _group(compared, name)}
            for name, error in compared.baselines.items()
        },
        "repeated": repeated(baselines_on(prepared.panel, compared.baselines)),
        "best_baseline": comparison.best_baseline,
        "significance": comparison.significance.as_json(),
        "pairs": [pair.as_json() for pair in comparison.pairs],
        "ranks": comparison.ranks,
        "failed": list(failed),
        "notes": notes,
    }


def _notes(compared: ComparedMembers) -> list[str]:
    """Say what of the scores is not as usual, and which devices were used."""
    notes = []
    if compared.units.metric_reason:
        notes.append(compared.units.metric_reason)
    if compared.ranked_by != compared.units.metric:
        notes.append(
            "MASE is not defined on the validation part: validation errors are MAE."
        )
    devices = {member.name: _devices(member) for member in compared.members}
    if len(set(devices.values())) > 1:
        listed = ", ".join(f"{device} for {name}" for name, device in devices.items())
        notes.append(f"they were trained on different devices: {listed}.")
    return notes


def _left_out(
    compared: ComparedMembers, failed: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Say whose seeds failed: those that did not may be the lucky ones."""
    for member in compared.members:
        count = sum(failure["name"] == member.name for failure in failed)
        if count:
            yield (
                f"the errors of {member.name} leave out {count} failed "
                f"{plural('seed', count)}, and may be too low."
            )


def _devices(member: Finished) -> str:
    return " and ".join(sorted(set(member.training("device"))))


def _member(
    directory: ComparisonDirectory, compared: ComparedMembers, member: Finished
) -> dict[str, Any]:
    """Return one of `members`."""
    metric, model = compared.units.metric, member.experiment.model
    test = spread(member.scores("test", metric))
    best = str(compared.comparison.best_baseline)
    error = compared.baselines[best]
    epochs = member.training("epochs")
    return {
        "name": member.name,
        "cell": model.cell.value,
        "units": model.units,
        "parameters": member.metrics[0]["training"]["parameters"],
        "seeds": list(member.seeds),
        "validation": spread(member.scores("validation", compared.ranked_by)),
        "test": test,
        "skill": {
            "against": best,
            "value": 1 - test["mean"] / error if error > 0 else None,
        },
        "seconds": mean(member.training("seconds")),
        "windows_per_second": mean(member.training("windows_per_second")),
        "epochs": {"mean": mean(epochs), "values": epochs},
        "device": _devices(member),
        "group": compared.comparison.groups[member.name],
        "runs": [
            run.path.relative_to(directory.path).as_posix() for run in member.runs
        ],
    }


def _forecaster(compared: ComparedMembers, named: NamedForecaster) -> dict[str, Any]:
    """Return one of `forecasters`."""
    best = str(compared.comparison.best_baseline)
    error, test = compared.baselines[best], compared.baselines[named.name]
    return {
        "name": named.name,
        "validation": spread([named.validation]),
        "test": spread([test]),
        "skill": {"against": best, "value": 1 - test / error if error > 0 else None},
        "seconds": named.seconds,
        "group": _group(compared, named.name),
    }


def _group(compared: ComparedMembers, baseline: str) -> str | None:
    """Return the letters of the best and of named baselines; no other is tested."""
    return compared.comparison.groups.get(baseline)


def tabulate(document: Mapping[str, Any]) -> "pd.DataFrame":
    """Return comparison.csv: who is ranked, by rank, then the other baselines."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    named = [each["name"] for each in document.get("forecasters", ())]
    for rank, member in enumerate(ranked(document), start=1):
        parts = {
            f"{part}_{name}": member[part][name]
            for part in ("validation", "test")
            for name in ("mean", "sd")
        }
        rows.append(
            {
                "rank": rank,
                **{name: member.get(name) for name in ("name", "cell", "group")},
                **parts,
                "skill": member["skill"]["value"],
                "parameters": member.get("parameters"),
                "seeds": len(member.get("seeds", ())) or None,
                "seconds": member["seconds"],
                "windows_per_second": member.get("windows_per_second"),
                "epochs": member.get("epochs", {}).get("mean"),
            }
        )
    rows += [
        {"name": name, "group": baseline["group"], "test_mean": baseline["test"]}
        for name, baseline in document["baselines"].items()
        if name not in named
    ]
    return pd.DataFrame(rows).astype({"rank": "Int64", "parameters": "Int64"})
