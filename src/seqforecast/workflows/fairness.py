"""Fairness: the same data for all, equal parameters if asked, and what is not equal."""

from collections.abc import Mapping, Sequence
from functools import partial

from seqforecast.config.experiment import Experiment
from seqforecast.errors import ConfigError
from seqforecast.models.section import ModelSection
from seqforecast.workflows.contenders import Contender, differences
from seqforecast.workflows.matching import CLOSE, match_units, parameters_of
from seqforecast.workflows.prepare import Prepared, prepare, settle

# What decides how long and on how much a model is trained.
BUDGET = (
    *("epochs", "batch_size", "steps_per_epoch", "sampling"),
    *("patience", "keep", "ensemble", "refit"),
)
# Settings of a model that the preparation of the data depends on.
PREPARED_FOR = ("instance_norm", "segment")


def prepare_all(contenders: Sequence[Contender]) -> list[Prepared]:
    """Return the data as each contender reads them.

    Contenders that differ in nothing the data depend on share what was prepared.

    Raises:
        ConfigError: a setting does not fit the data, or windows would differ.
        DataError: the data cannot be used as asked.
    """
    done: list[tuple[Contender, Prepared]] = []
    for contender in contenders:
        same = [was for one, was in done if _read_alike(one, contender)]
        made = (
            same[0] if same else prepare(contender.experiment, contender.loaded.folder)
        )
        done.append((contender, made))
    first = done[0][1]
    mine = _found(first)
    for contender, made in done[1:]:
        yours = _found(made)
        if unlike := [name for name in mine if mine[name] != yours[name]]:
            listed = ", ".join(f"{name} {mine[name]}" for name in unlike)
            other = ", ".join(str(yours[name]) for name in unlike)
            raise ConfigError(
                f"the data give {contenders[0].name} {listed}, and {contender.name} "
                f"{other}",
                hint="give all of them the same: --set window.lookback=..., --set "
                "data.season=...",
            )
    return [made for _, made in done]


def _found(prepared: Prepared) -> dict[str, object]:
    """Return what the data may have decided, and all contenders must share."""
    return {
        "lookback": prepared.train.lookback,
        "horizon": prepared.train.horizon,
        "season": prepared.panel.season,
        "frequency": prepared.panel.frequency,
        "test windows": len(prepared.test),
    }


def _read_alike(one: Contender, other: Contender) -> bool:
    """Return whether two contenders see the very same data."""
    unlike = list(differences(one, other, ("data", "split", "window", "scale")))
    models = one.experiment.model, other.experiment.model
    needs = [[getattr(model, name) for name in PREPARED_FOR] for model in models]
    return not unlike and needs[0] == needs[1]


def settle_all(
    contenders: Sequence[Contender], prepared: Sequence[Prepared]
) -> list[Contender]:
    """Write what the data decided into every experiment, so that no fit decides."""
    settled = []
    for each, made in zip(contenders, prepared, strict=True):
        length = made.train.lookback, made.train.horizon
        experiment = settle(each.experiment, made.panel, length)
        settled.append(each.with_experiment(experiment))
    return settled


def match_parameters(
    contenders: Sequence[Contender], prepared: Sequence[Prepared], reference: int
) -> list[Contender]:
    """Scale the units of every contender to a number of parameters.

    Args:
        contenders: whose units change.
        prepared: their data, in the same order.
        reference: parameters that each is to have.
    """
    matched = []
    for each, made in zip(contenders, prepared, strict=True):
        count = partial(_count_with, each.experiment, made)
        model = match_units(each.experiment.model, reference, count)
        matched.append(
            each.with_experiment(each.experiment.model_copy(update={"model": model}))
        )
    return matched


def _count_with(
    experiment: Experiment, prepared: Prepared, section: ModelSection
) -> int:
    """Return the parameters of an experiment with another model."""
    return parameters_of(prepared, experiment.model_copy(update={"model": section}))


def say_what_differs(
    contenders: Sequence[Contender], counts: Sequence[int], *, matched: bool
) -> list[str]:
    """Return a sentence for everything that is not equal and ought to be known.

    Args:
        contenders: at least one.
        counts: the parameters of each.
        matched: whether they were to be equal.
    """
    notes = []
    begun = {each.name: each.experiment.seed for each in contenders}
    if len(set(begun.values())) > 1:
        notes.append(
            f"seeds begin at {contenders[0].experiment.seed} for all, and the "
            f"experiments have {_listed(begun)}."
        )
    for name in BUDGET:
        values = {
            each.name: getattr(each.experiment.training, name) for each in contenders
        }
        if len(set(values.values())) > 1:
            notes.append(f"budgets differ: training.{name} is {_listed(values)}.")
    first = contenders[0]
    read = {
        setting
        for other in contenders[1:]
        for setting, _, _ in differences(first, other, ("data",))
    }
    if read:
        notes.append(f"they do not read the same: {', '.join(sorted(read))} differ.")
    ratio = max(counts) / min(counts)
    if matched and ratio > 1 + CLOSE:
        named = dict(zip((each.name for each in contenders), counts, strict=True))
        notes.append(
            f"parameters could be matched no closer than {_listed(named)}: units are "
            "whole."
        )
    return notes


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{value} in {name}" for name, value in values.items())
