"""The size of a model: tokens, parameters, operations, bytes, without building it."""

from collections.abc import Sequence
from dataclasses import dataclass

from seqforecast.data.features import FeatureSpec
from seqforecast.models.section import ModelSection

# A multiplication and an addition.
MULTIPLY_ADD = 2
# Forward, and the gradients by inputs and by weights: a matrix product each.
PASSES_OF_TRAINING = 3
BYTES_OF_FLOAT = 4


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the core reads of a window.

    Attributes:
        count: tokens of the lookback.
        joined: numbers of a token as `Join` makes it: those of each of its steps, those
            of the series, and its number where it has a vector.
        width: numbers of a token, with the vector in place of the series' number.
        places: segments of the horizon that something is known of; 0 for none.
        ahead: numbers that are known of one.
    """

    count: int
    joined: int
    width: int
    places: int
    ahead: int


def tokens_of(
    section: ModelSection,
    *,
    lookback: int,
    horizon: int,
    features: FeatureSpec | None = None,
) -> Tokens:
    """Return the shape of what the core reads of a window.

    A step of the lookback has its value and its covariates, one of the horizon those
    that are known there. The last segment is filled up with zeros where the horizon is
    not whole segments.
    """
    segment = section.segment or 1
    step, series, known = 1, 0, 0
    if features is not None:
        step += features.by_step
        series += features.by_series
        known = features.by_step - len(features.past)
    joined = segment * step + series
    width = joined + (section.series_embedding or 0)
    return Tokens(
        count=lookback // segment,
        joined=joined + (section.series_embedding is not None),
        width=width,
        places=-(-horizon // segment) if known else 0,
        ahead=segment * known,
    )


@dataclass(frozen=True, slots=True)
class LayerCount:
    """What one layer comes to.

    Attributes:
        parameters: trainable numbers.
        operations: of the forward pass of one window; matrix products only.
        floats: that one window leaves behind for the gradient.
    """

    parameters: int
    operations: int
    floats: int


def count_layers(
    section: ModelSection,
    *,
    lookback: int,
    horizon: int,
    features: FeatureSpec | None = None,
    series: int = 1,
) -> list[LayerCount]:
    """Return the counts of the layers that `build_forecaster` makes.

    Args:
        section: what is built.
        lookback: steps the model sees.
        horizon: steps it predicts.
        features: that it reads beside the values.
        series: how many may have a vector.
    """
    read = tokens_of(section, lookback=lookback, horizon=horizon, features=features)
    tokens, width = read.count, read.width
    layers = []
    if section.series_embedding is not None:
        numbers = (series + 1) * section.series_embedding
        layers.append(LayerCount(numbers, 0, section.series_embedding))
    if section.embedding is not None:
        layers.append(_dense(width, section.embedding, tokens))
        width = section.embedding
    if section.position:
        layers.append(LayerCount(tokens * width, 0, 0))
    for units in section.units:
        layer = _recurrent(section, width, units, tokens)
        layers.append(layer)
        width = units * _directions(section)
    # With quantiles the head makes as many numbers of each step.
    steps = horizon * section.numbers
    segment = (section.segment or 1) * section.numbers
    if section.decoder == "parallel" and section.segment is not None:
        layers.append(_parallel(section, width, steps, segment))
        if read.places:
            layers.append(_dense(read.ahead, width, read.places))
        return layers
    if read.places:
        layers.append(_dense(width + read.ahead, width, read.places))
        layers.append(_dense(width, segment, read.places))
    return [*layers, _dense(width, steps, 1)]


def parameters(layers: Sequence[LayerCount]) -> int:
    """Return the trainable numbers of all layers."""
    return sum(layer.parameters for layer in layers)


def training_operations(layers: Sequence[LayerCount]) -> int:
    """Return the operations of one training window: forward and backward."""
    return PASSES_OF_TRAINING * sum(layer.operations for layer in layers)


def batch_bytes(layers: Sequence[LayerCount], *, window: int, batch: int) -> int:
    """Return about how many bytes a training step holds beside weights and data.

    Args:
        layers: the model's.
        window: steps of a window: lookback and horizon.
        batch: windows in the step.
    """
    floats = window + sum(layer.floats for layer in layers)
    return BYTES_OF_FLOAT * batch * floats


def _directions(section: ModelSection) -> int:
    return 2 if section.bidirectional else 1


def _dense(width: int, units: int, tokens: int) -> LayerCount:
    return LayerCount(
        parameters=(width + 1) * units,
        operations=MULTIPLY_ADD * tokens * width * units,
        floats=tokens * units,
    )


def _recurrent(
    section: ModelSection, width: int, units: int, tokens: int
) -> LayerCount:
    """Count one recurrent layer that reads `tokens` steps of `width` numbers."""
    cell, directions = section.cell, _directions(section)
    per_step = cell.gates * units * (width + units)
    return LayerCount(
        parameters=directions * (per_step + cell.biases * cell.gates * units),
        operations=MULTIPLY_ADD * directions * tokens * per_step,
        # Of every step: each gate, and the two states it began with or ended in.
        floats=directions * tokens * (cell.gates + 2) * units,
    )


def _parallel(
    section: ModelSection, width: int, horizon: int, segment: int
) -> LayerCount:
    """Count the decoder that takes one step of a cell for each segment."""
    places, gates = -(-horizon // segment), section.cell.gates * width
    head = _dense(width, segment, places)
    per_step = gates * (width + width)
    return LayerCount(
        parameters=head.parameters
        + per_step
        + section.cell.biases * gates
        + places * width,
        operations=head.operations + MULTIPLY_ADD * places * per_step,
        floats=head.floats + places * (section.cell.gates + 2) * width,
    )
