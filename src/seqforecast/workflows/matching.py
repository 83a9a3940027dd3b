"""Matching: layers scaled until all contenders have as many parameters."""

from collections.abc import Callable, Sequence

from seqforecast.models.counting import count_layers, parameters
from seqforecast.models.section import ModelSection
from seqforecast.workflows.prepare import Prepared

# Beyond this ratio of parameters a match is said to be a rough one.
CLOSE = 0.05
SMALLEST, LARGEST = 1 / 64, 64.0
# Halvings of the logarithm of the factor: finer than a unit in the widest layer.
HALVINGS = 24
MOST_UNITS = 8192


def parameters_of(prepared: Prepared, section: ModelSection) -> int:
    """Return the trained numbers of one model."""
    layers = count_layers(
        section,
        lookback=prepared.train.lookback,
        horizon=prepared.train.horizon,
        features=prepared.spec,
        series=len(prepared.panel.ids),
    )
    return parameters(layers)


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
