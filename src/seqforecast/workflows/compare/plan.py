"""The plan of a comparison: data, budgets and parameters settled before training."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from seqforecast import __version__
from seqforecast.config.experiment import LARGEST_SEED, Experiment
from seqforecast.errors import ConfigError
from seqforecast.models.section import ModelSection
from seqforecast.models.size import count_layers, parameters
from seqforecast.workflows.compare.members import Member, differences
from seqforecast.workflows.pipeline.prepare import Prepared, prepare, settle
from seqforecast.workflows.pipeline.run_setup import say_notes

# What decides how long and on how much a model is trained.
BUDGET = (
    *("epochs", "batch_size", "steps_per_epoch", "sampling"),
    *("patience", "keep", "ensemble", "refit"),
)

# Settings of a model that the preparation of the data depends on.
PREPARED_FOR = ("instance_norm", "segment")

# Beyond this ratio of parameters a match is said to be a rough one.
CLOSE = 0.05
SMALLEST, LARGEST = 1 / 64, 64.0

# Halvings of the logarithm of the factor: finer than a unit in the widest layer.
HALVINGS = 24
MOST_UNITS = 8192


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is trained, and where.

    Attributes:
        seeds: fits of each member.
        match: what is made equal to the first member's: its number of parameters.
        jobs: fits at the same time; None for what this machine takes.
        executor: this machine's processes, or a Ray cluster.
        address: of the cluster; None starts one here.
        forecasters: baselines that are ranked beside the members; nothing is trained
            for them.
    """

    seeds: int = 5
    match: Literal["parameters"] | None = None
    jobs: int | None = None
    executor: Literal["local", "ray"] = "local"
    address: str | None = None
    forecasters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonPlan:
    """A comparison as it is carried out.

    Attributes:
        members: with every setting that the data or the match decide.
        prepared: the data that all of them share.
        seeds: of the fits of each; all have the same.
        budget: how much is trained, and where.
        notes: what is not equal and ought to be known.
    """

    members: tuple[Member, ...]
    prepared: Prepared
    seeds: tuple[int, ...]
    budget: Budget
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called: its experiments, each once."""
        names = dict.fromkeys(member.experiment.name for member in self.members)
        return "-".join(names)[:80]

    @property
    def request(self) -> dict[str, Any]:
        """All that the results depend on; the same again goes on where it stopped."""
        beside = self.budget.forecasters
        return {
            "schema": 1,
            "version": __version__,
            "seeds": list(self.seeds),
            "match": self.budget.match,
            "sha256": self.prepared.panel.sha256,
            "members": {
                member.name: member.experiment.model_dump(mode="json", exclude={"seed"})
                for member in self.members
            },
        } | ({"with": list(beside)} if beside else {})


def plan_comparison(members: Sequence[Member], budget: Budget) -> ComparisonPlan:
    """Read the data, settle what they decide, and match the sizes if asked to.

    Raises:
        ConfigError: a setting does not fit the data, or windows differ.
        DataError: the data cannot be used as asked.
    """
    prepared = prepare_all(members)
    say_notes(prepared[0])
    settled = settle_all(members, prepared)

    def count(members: Sequence[Member]) -> list[int]:
        pairs = zip(members, prepared, strict=True)
        return [parameters_of(data, member.experiment) for member, data in pairs]

    is_matched = budget.match is not None
    if is_matched:
        settled = match_parameters(settled, prepared, count(settled)[0])
    start = settled[0].experiment.seed
    if start + budget.seeds - 1 > LARGEST_SEED:
        raise ConfigError(
            f"{budget.seeds} seeds from {start} on go beyond {LARGEST_SEED}",
            hint="lower seed, or --seeds",
        )
    return ComparisonPlan(
        members=tuple(settled),
        prepared=prepared[0],
        seeds=tuple(range(start, start + budget.seeds)),
        budget=budget,
        notes=tuple(say_what_differs(settled, count(settled), matched=is_matched)),
    )


def prepare_all(members: Sequence[Member]) -> list[Prepared]:
    """Return the data as each member reads them.

    Members that differ in nothing the data depend on share what was prepared.

    Raises:
        ConfigError: a setting does not fit the data, or windows would differ.
        DataError: the data cannot be used as asked.
    """
    done: list[tuple[Member, Prepared]] = []
    for member in members:
        same = [was for one, was in done if _read_alike(one, member)]
        data = same[0] if same else prepare(member.experiment, member.loaded.folder)
        done.append((member, data))
    first = done[0][1]
    mine = _found(first)
    for member, data in done[1:]:
        yours = _found(data)
        if unlike := [name for name in mine if mine[name] != yours[name]]:
            listed = ", ".join(f"{name} {mine[name]}" for name in unlike)
            other = ", ".join(str(yours[name]) for name in unlike)
            raise ConfigError(
                f"the data give {members[0].name} {listed}, and {member.name} {other}",
                hint="give all of them the same: --set window.lookback=..., --set "
                "data.season=...",
            )
    return [data for _, data in done]


def _found(prepared: Prepared) -> dict[str, object]:
    """Return what the data may have decided, and all members must share."""
    return {
        "lookback": prepared.train.lookback,
        "horizon": prepared.train.horizon,
        "season": prepared.panel.season,
        "frequency": prepared.panel.frequency,
        "test windows": len(prepared.test),
    }


def _read_alike(one: Member, other: Member) -> bool:
    """Return whether two members see the very same data."""
    unlike = list(differences(one, other, ("data", "split", "window", "scale")))
    models = one.experiment.model, other.experiment.model
    needs = [[getattr(model, name) for name in PREPARED_FOR] for model in models]
    return not unlike and needs[0] == needs[1]


def settle_all(members: Sequence[Member], prepared: Sequence[Prepared]) -> list[Member]:
    """Write what the data decided into every experiment, so that no fit decides."""
    settled = []
    for member, data in zip(members, prepared, strict=True):
        experiment = settle(member.experiment, data.panel, data.test)
        settled.append(member.with_experiment(experiment))
    return settled


def match_parameters(
    members: Sequence[Member], prepared: Sequence[Prepared], reference: int
) -> list[Member]:
    """Scale the units of every member to a number of parameters.

    Args:
        members: whose units change.
        prepared: their data, in the same order.
        reference: parameters that each is to have.
    """
    matched = []
    for member, data in zip(members, prepared, strict=True):
        count = partial(_count_with, member.experiment, data)
        model = match_units(member.experiment.model, reference, count)
        matched.append(
            member.with_experiment(
                member.experiment.model_copy(update={"model": model})
            )
        )
    return matched


def _count_with(
    experiment: Experiment, prepared: Prepared, section: ModelSection
) -> int:
    """Return the parameters of an experiment with another model."""
    return parameters_of(prepared, experiment.model_copy(update={"model": section}))


def say_what_differs(
    members: Sequence[Member], counts: Sequence[int], *, matched: bool
) -> list[str]:
    """Return a sentence for everything that is not equal and ought to be known.

    Args:
        members: at least one.
        counts: the parameters of each.
        matched: whether they were to be equal.
    """
    notes = []
    begun = {member.name: member.experiment.seed for member in members}
    if len(set(begun.values())) > 1:
        notes.append(
            f"seeds begin at {members[0].experiment.seed} for all, and the "
            f"experiments have {_listed(begun)}."
        )
    for name in BUDGET:
        values = {
            member.name: getattr(member.experiment.training, name) for member in members
        }
        if len(set(values.values())) > 1:
            notes.append(f"budgets differ: training.{name} is {_listed(values)}.")
    first = members[0]
    read = {
        setting
        for other in members[1:]
        for setting, _, _ in differences(first, other, ("data",))
    }
    if read:
        notes.append(f"they do not read the same: {', '.join(sorted(read))} differ.")
    ratio = max(counts) / min(counts)
    if matched and ratio > 1 + CLOSE:
        named = dict(zip((member.name for member in members), counts, strict=True))
        notes.append(
            f"parameters could be matched no closer than {_listed(named)}: units are "
            "whole."
        )
    return notes


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{value} in {name}" for name, value in values.items())


def parameters_of(prepared: Prepared, experiment: Experiment) -> int:
    """Return the trained numbers of a run, those of every member of an ensemble."""
    lookbacks = experiment.window.lookbacks or [prepared.train.lookback]
    count = partial(
        count_layers,
        experiment.model,
        horizon=prepared.train.horizon,
        features=prepared.spec,
        series=len(prepared.panel.ids),
    )
    of_each = [parameters(count(lookback=lookback)) for lookback in lookbacks]
    members = range(experiment.training.ensemble)
    return sum(of_each[member % len(of_each)] for member in members)


def match_units(
    section: ModelSection, wanted: int, count: Callable[[ModelSection], int]
) -> ModelSection:
    """Return the model whose units, all scaled alike, come closest to a count.

    LSTM has four times and GRU three times the weights that SimpleRNN has for the
    same units. The factor is found by bisection: parameters rise with it.

    Args:
        section: what is scaled; only `units` change.
        wanted: parameters.
        count: returns the parameters of a section.
    """
    low, high = SMALLEST, LARGEST
    tried: dict[tuple[int, ...], int] = {}
    for _ in range(HALVINGS):
        factor = (low * high) ** 0.5
        units = tuple(_scaled(section.units, factor))
        if units not in tried:
            tried[units] = count(section.model_copy(update={"units": list(units)}))
        if tried[units] < wanted:
            low = factor
        else:
            high = factor
    closest = min(tried, key=lambda units: abs(tried[units] - wanted))
    return section.model_copy(update={"units": list(closest)})


def _scaled(units: Sequence[int], factor: float) -> list[int]:
    return [min(max(round(factor * unit), 1), MOST_UNITS) for unit in units]
