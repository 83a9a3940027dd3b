"""What a comparison is asked for, settled by the data before anything is trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from seqforecast import __version__
from seqforecast.config.experiment import LARGEST_SEED
from seqforecast.errors import ConfigError
from seqforecast.workflows.contenders import Contender
from seqforecast.workflows.fairness import (
    match_parameters,
    prepare_all,
    say_what_differs,
    settle_all,
)
from seqforecast.workflows.matching import parameters_of
from seqforecast.workflows.prepare import Prepared
from seqforecast.workflows.setup import say_notes


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is trained, and where.

    Attributes:
        seeds: fits of each contender.
        match: what is made equal to the first contender's: its number of parameters.
        jobs: fits at the same time; None for what this machine takes.
        executor: this machine's processes, or a Ray cluster.
        address: of the cluster; None starts one here.
    """

    seeds: int = 5
    match: Literal["parameters"] | None = None
    jobs: int | None = None
    executor: Literal["local", "ray"] = "local"
    address: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A comparison as it is carried out.

    Attributes:
        contenders: with every setting that the data or the match decide.
        prepared: the data that all of them share.
        seeds: of the fits of each; all have the same.
        budget: how much is trained, and where.
        notes: what is not equal and ought to be known.
    """

    contenders: tuple[Contender, ...]
    prepared: Prepared
    seeds: tuple[int, ...]
    budget: Budget
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called: its experiments, each once."""
        names = dict.fromkeys(each.experiment.name for each in self.contenders)
        return "-".join(names)[:80]

    @property
    def request(self) -> dict[str, Any]:
        """All that the results depend on; the same again goes on where it stopped."""
        return {
            "schema": 1,
            "version": __version__,
            "seeds": list(self.seeds),
            "match": self.budget.match,
            "sha256": self.prepared.panel.sha256,
            "members": {
                each.name: each.experiment.model_dump(mode="json", exclude={"seed"})
                for each in self.contenders
            },
        }


def ask(contenders: Sequence[Contender], budget: Budget) -> Asked:
    """Read the data, settle what they decide, and match the sizes if asked to.

    Raises:
        ConfigError: a setting does not fit the data, or windows differ.
        DataError: the data cannot be used as asked.
    """
    prepared = prepare_all(contenders)
    say_notes(prepared[0])
    settled = settle_all(contenders, prepared)

    def count(sides: Sequence[Contender]) -> list[int]:
        pairs = zip(sides, prepared, strict=True)
        return [parameters_of(made, each.experiment) for each, made in pairs]

    is_matched = budget.match is not None
    if is_matched:
        settled = match_parameters(settled, prepared, count(settled)[0])
    start = settled[0].experiment.seed
    if start + budget.seeds - 1 > LARGEST_SEED:
        raise ConfigError(
            f"{budget.seeds} seeds from {start} on go beyond {LARGEST_SEED}",
            hint="lower seed, or --seeds",
        )
    return Asked(
        contenders=tuple(settled),
        prepared=prepared[0],
        seeds=tuple(range(start, start + budget.seeds)),
        budget=budget,
        notes=tuple(say_what_differs(settled, count(settled), matched=is_matched)),
    )
