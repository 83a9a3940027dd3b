"""The document comparison.json, and the table comparison.csv."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean
from typing import TYPE_CHECKING, Any

from seqforecast.reporting.numbers import plural
from seqforecast.runs.comparison import ComparisonDirectory
from seqforecast.workflows.asking import Asked
from seqforecast.workflows.weighing import Finished, Weighed, spread

if TYPE_CHECKING:
    import pandas as pd


def describe_comparison(
    directory: ComparisonDirectory,
    asked: Asked,
    weighed: Weighed,
    failed: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return comparison.json.

    Args:
        directory: runs are named relative to it.
        asked: what was compared.
        weighed: members, baselines and tests.
        failed: name, seed and error of fits that have no result.
    """
    prepared = asked.prepared
    comparison = weighed.comparison
    notes = [*asked.notes, *_notes(weighed), *_left_out(weighed, failed)]
    return {
        "schema": 1,
        "name": prepared.experiment.name,
        "metric": weighed.units.metric,
        "ranked_by": weighed.ranked_by,
        "seeds": list(asked.seeds),
        "match": asked.budget.match,
        "windows": len(prepared.test),
        "cutoffs": len(set(prepared.test.cutoffs(prepared.panel).tolist())),
        "series": len(set(prepared.test.series.tolist())),
        "horizon": prepared.test.horizon,
        "members": [_member(directory, weighed, each) for each in weighed.members],
        "baselines": {
            name: {"test": error, "group": _group(weighed, name)}
            for name, error in weighed.baselines.items()
        },
        "best_baseline": comparison.best_baseline,
        "significance": comparison.significance.as_json(),
        "pairs": [pair.as_json() for pair in comparison.pairs],
        "ranks": comparison.ranks,
        "failed": list(failed),
        "notes": notes,
    }


def _notes(weighed: Weighed) -> list[str]:
    """Say what of the scores is not as usual, and which devices were used."""
    notes = []
    if weighed.units.metric_reason:
        notes.append(weighed.units.metric_reason)
    if weighed.ranked_by != weighed.units.metric:
        notes.append(
            "MASE is not defined on the validation part: validation errors are MAE."
        )
    devices = {each.name: _devices(each) for each in weighed.members}
    if len(set(devices.values())) > 1:
        listed = ", ".join(f"{device} for {name}" for name, device in devices.items())
        notes.append(f"they were trained on different devices: {listed}.")
    return notes


def _left_out(weighed: Weighed, failed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say whose seeds failed: those that did not may be the lucky ones."""
    for member in weighed.members:
        count = sum(each["name"] == member.name for each in failed)
        if count:
            yield (
                f"the errors of {member.name} leave out {count} failed "
                f"{plural('seed', count)}, and may be too low."
            )


def _devices(member: Finished) -> str:
    return " and ".join(sorted(set(member.training("device"))))


def _member(
    directory: ComparisonDirectory, weighed: Weighed, member: Finished
) -> dict[str, Any]:
    """Return one of `members`."""
    metric, model = weighed.units.metric, member.contender.experiment.model
    test = spread(member.scores("test", metric))
    best = str(weighed.comparison.best_baseline)
    error = weighed.baselines[best]
    epochs = member.training("epochs")
    return {
        "name": member.name,
        "cell": model.cell.value,
        "units": model.units,
        "parameters": member.metrics[0]["training"]["parameters"],
        "seeds": list(member.seeds),
        "validation": spread(member.scores("validation", weighed.ranked_by)),
        "test": test,
        "skill": {
            "against": best,
            "value": 1 - test["mean"] / error if error > 0 else None,
        },
        "seconds": mean(member.training("seconds")),
        "windows_per_second": mean(member.training("windows_per_second")),
        "epochs": {"mean": mean(epochs), "values": epochs},
        "device": _devices(member),
        "group": weighed.comparison.groups[member.name],
        "runs": [
            run.path.relative_to(directory.path).as_posix() for run in member.runs
        ],
    }


def _group(weighed: Weighed, baseline: str) -> str | None:
    """Return the letters of the best baseline; the others are not tested."""
    comparison = weighed.comparison
    if baseline != comparison.best_baseline:
        return None
    return comparison.groups[baseline]


def tabulate(document: Mapping[str, Any]) -> "pd.DataFrame":
    """Return comparison.csv: the members by rank, then the baselines."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for rank, member in enumerate(document["members"], start=1):
        parts = {
            f"{part}_{name}": member[part][name]
            for part in ("validation", "test")
            for name in ("mean", "sd")
        }
        rows.append(
            {
                "rank": rank,
                **{name: member[name] for name in ("name", "cell", "group")},
                **parts,
                "skill": member["skill"]["value"],
                "parameters": member["parameters"],
                "seeds": len(member["seeds"]),
                "seconds": member["seconds"],
                "windows_per_second": member["windows_per_second"],
                "epochs": member["epochs"]["mean"],
            }
        )
    rows += [
        {"name": name, "group": each["group"], "test_mean": each["test"]}
        for name, each in document["baselines"].items()
    ]
    return pd.DataFrame(rows).astype({"rank": "Int64", "parameters": "Int64"})
