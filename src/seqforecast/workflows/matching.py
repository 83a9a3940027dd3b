"""Matching: layers scaled until all contenders have as many parameters."""

from collections.abc import Callable, Sequence
from functools import partial

from seqforecast.config.experiment import Experiment
from seqforecast.models.counting import count_layers, parameters
from seqforecast.models.section import ModelSection
from seqforecast.workflows.prepare import Prepared

# Beyond this ratio of parameters a match is said to be a rough one.
CLOSE = 0.05
SMALLEST, LARGEST = 1 / 64, 64.0
# Halvings of the logarithm of the factor: finer than a unit in the widest layer.
HALVINGS = 24
MOST_UNITS = 8192


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
    return [min(max(round(factor * each), 1), MOST_UNITS) for each in units]
