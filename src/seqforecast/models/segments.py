"""Keras layers for tokens: where each stands, and all segments of a horizon at once.

This module opens Keras when it is imported; import it late.
"""

from typing import Any

from seqforecast.backend import load_keras

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
    """

    def __init__(
        self,
        cell: str,
        horizon: int,
        segment: int,
        activation: str = "tanh",
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.kind, self.horizon, self.segment = cell, horizon, segment
        self.activation = activation
        self.places = -(-horizon // segment)
        self.values = layers.Dense(
            segment, kernel_initializer=small_start(), name="values"
        )

    def build(self, shape: tuple[Any, ...]) -> None:
        """Make the cell as wide as the state."""
        units = shape[-1]
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

    def call(self, state: Any) -> Any:
        """Return the horizon, (batch, horizon)."""
        states = ops.repeat(state, self.places, axis=0)
        vectors = ops.tile(self.vectors, (ops.shape(state)[0], 1))
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
        }
