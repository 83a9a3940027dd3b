"""The layers that turn the last hidden state into the horizon."""

from collections.abc import Iterator
from typing import Any

from seqforecast.backend import load_keras
from seqforecast.models.section import ModelSection


def decoder_layers(
    section: ModelSection, horizon: int, *, reads_ahead: bool
) -> Iterator[Any]:
    """Yield the layers that turn the last hidden state into the horizon."""
    yield _head(section, horizon, reads_ahead=reads_ahead)
    if section.quantiles:
        shape = (horizon, section.numbers)
        yield load_keras().layers.Reshape(shape, name="by_quantile")


def _head(section: ModelSection, horizon: int, *, reads_ahead: bool) -> Any:
    """Return the layer that makes all numbers of the horizon, step by step.

    To it each step of a horizon or segment is as many steps as it has quantiles.
    """
    from seqforecast.models.segments import AheadDecoder, ParallelDecoder, small_start

    steps = horizon * section.numbers
    segment = (section.segment or 1) * section.numbers
    if section.decoder == "parallel" and section.segment is not None:
        return ParallelDecoder(
            section.cell.value,
            steps,
            segment,
            section.activation,
            reads_ahead=reads_ahead,
            name="head",
        )
    if reads_ahead:
        return AheadDecoder(steps, segment, name="head")
    dense = load_keras().layers.Dense
    return dense(steps, kernel_initializer=small_start(), name="head")
