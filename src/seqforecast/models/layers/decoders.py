"""Decoders: Keras layers from the last hidden state to horizon and quantiles.

This module opens Keras when it is imported; import it late.
"""

from collections.abc import Iterator
from typing import Any

from seqforecast.backend import load_keras
from seqforecast.models.section import ModelSection

keras = load_keras()
ops = keras.ops
layers = keras.layers


def small_start() -> Any:
    """Return an initialiser with a hundredth of Glorot's deviation, for heads.

    Training then starts at the window's level, which for instance_norm last is the
    naive forecast, and leaves it only for a reason.
    """
    return keras.initializers.VarianceScaling(1e-4, "fan_avg", "uniform")


@keras.saving.register_keras_serializable(package="seqforecast")
class Position(layers.Layer):  # type: ignore[misc, name-defined]
    """Add a learnt vector to each token: (batch, tokens, width), same shape."""

    def build(self, shape: tuple[Any, ...]) -> None:
        """Make the vectors, small beside the tokens."""
        self.vectors = self.add_weight(
            name="vectors",
            shape=shape[1:],
            initializer=keras.initializers.RandomNormal(stddev=0.02),
        )

    def call(self, tokens: Any) -> Any:
        """Return the tokens, each moved by the vector of its place."""
        return tokens + self.vectors


@keras.saving.register_keras_serializable(package="seqforecast")
class ParallelDecoder(layers.Layer):  # type: ignore[misc, name-defined]
    """Decode every segment of the horizon from the last state, side by side.

    Maps the last hidden state, (batch, units), to (batch, horizon). Each segment is
    one step of a cell that begins in that state and reads a learnt vector of the
    segment's place; one Dense, shared by all segments, turns it into values. Of a
    last segment that reaches beyond the horizon the end is cut off.

    Source: Lin et al., "SegRNN: Segment Recurrent Neural Network for Long-Term Time
    Series Forecasting", 2023. There the cell is the encoder's own; here it is one of
    the same kind, whose memory, for an LSTM, begins at zero.

    Args:
        cell: simple_rnn, lstm or gru.
        horizon: steps to predict.
        segment: steps of a segment.
        activation: of the cell.
        reads_ahead: whether it is called with the last state and with what is known of
            each segment, (batch, places, width), which a Dense adds to its vector.
    """

    def __init__(
        self,
        cell: str,
        horizon: int,
        segment: int,
        activation: str = "tanh",
        *,
        reads_ahead: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.reads_ahead = reads_ahead
        self.kind, self.horizon, self.segment = cell, horizon, segment
        self.activation = activation
        self.places = -(-horizon // segment)
        self.values = layers.Dense(
            segment, kernel_initializer=small_start(), name="values"
        )

    def build(self, shape: tuple[Any, ...]) -> None:
        """Make the cell as wide as the state."""
        units = shape[0][-1] if self.reads_ahead else shape[-1]
        kinds = {
            "simple_rnn": layers.SimpleRNNCell,
            "lstm": layers.LSTMCell,
            "gru": layers.GRUCell,
        }
        self.cell = kinds[self.kind](units, activation=self.activation, name="cell")
        self.cell.build((None, units))
        self.values.build((None, units))
        self.vectors = self.add_weight(
            name="vectors",
            shape=(self.places, units),
            initializer=keras.initializers.RandomNormal(),
        )
        if self.reads_ahead:
            self.known = layers.Dense(units, name="known")
            self.known.build(shape[1])

    def call(self, inputs: Any) -> Any:
        """Return the horizon, (batch, horizon)."""
        state, ahead = inputs if self.reads_ahead else (inputs, None)
        states = ops.repeat(state, self.places, axis=0)
        vectors = ops.tile(self.vectors, (ops.shape(state)[0], 1))
        if ahead is not None:
            # Older Keras does not infer the width of a tile.
            width = self.vectors.shape[-1]
            vectors += ops.reshape(self.known(ahead), (-1, width))
        begun = [states]
        if self.kind == "lstm":
            begun.append(ops.zeros_like(states))
        decoded, _ = self.cell(vectors, begun)
        steps = (-1, self.places * self.segment)
        return ops.reshape(self.values(decoded), steps)[:, : self.horizon]

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {
            **super().get_config(),
            "cell": self.kind,
            "horizon": self.horizon,
            "segment": self.segment,
            "activation": self.activation,
            "reads_ahead": self.reads_ahead,
        }


@keras.saving.register_keras_serializable(package="seqforecast")
class AheadDecoder(layers.Layer):  # type: ignore[misc, name-defined]
    """Decode the horizon from the last state, and from what is known of each segment.

    Called with the last hidden state, (batch, units), and what is known, (batch,
    places, width), it returns (batch, horizon): one Dense of the state for all steps,
    and for each segment what a small network, shared by all segments, makes of the
    state and of what is known there. A cell that read on over the horizon would have to
    remember the lookback meanwhile.

    Args:
        horizon: steps to predict.
        segment: steps of a segment.
    """

    def __init__(self, horizon: int, segment: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.horizon, self.segment = horizon, segment
        self.values = layers.Dense(
            horizon, kernel_initializer=small_start(), name="values"
        )
        self.change = layers.Dense(
            segment, kernel_initializer=small_start(), name="change"
        )

    def build(self, shape: Any) -> None:
        """Make the network as wide as the state."""
        (_, units), (_, _, width) = shape
        self.known = layers.Dense(units, "relu", name="known")
        self.known.build((None, units + width))
        self.values.build((None, units))
        self.change.build((None, units))

    def call(self, inputs: Any) -> Any:
        """Return the horizon, (batch, horizon)."""
        state, ahead = inputs
        states = ops.repeat(state[:, None], ahead.shape[1], axis=1)
        known = self.known(ops.concatenate([states, ahead], axis=2))
        steps = (-1, ahead.shape[1] * self.segment)
        changes = ops.reshape(self.change(known), steps)[:, : self.horizon]
        return self.values(state) + changes

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {
            **super().get_config(),
            "horizon": self.horizon,
            "segment": self.segment,
        }


@keras.saving.register_keras_serializable(package="seqforecast")
class Quantiles(keras.layers.Layer):  # type: ignore[misc, name-defined]
    """Put the quantiles of each step in order: (batch, horizon, quantiles), same shape.

    Quantiles that cross are exchanged, which never makes their mean pinball loss
    larger: Chernozhukov, Fernandez-Val and Galichon, "Quantile and probability curves
    without crossing", 2010.

    Args:
        levels: of the quantiles, rising.
    """

    def __init__(self, levels: list[float], **settings: Any) -> None:
        super().__init__(**settings)
        self.levels = tuple(levels)

    def call(self, values: Any) -> Any:
        """Return the values, rising along the last axis."""
        return ops.sort(values, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        return {**super().get_config(), "levels": list(self.levels)}


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
