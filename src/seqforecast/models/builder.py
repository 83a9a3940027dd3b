"""The Sequential core, and the model around it: raw values in, raw values out."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from seqforecast.backend import load_keras, load_tensorflow
from seqforecast.data.scaling import Scaler
from seqforecast.models.section import ModelSection


@dataclass(frozen=True, eq=False)
class Forecaster:
    """A Keras model and the three parts it is made of.

    Attributes:
        model: raw windows to raw forecasts; what is saved.
        normalize: `models.layers.Normalize`.
        core: the Sequential of recurrent layers and head: (batch, lookback, 1) to
            (batch, horizon), both normalised.
        denormalize: `models.layers.Denormalize`.
    """

    model: Any
    normalize: Any
    core: Any
    denormalize: Any

    @classmethod
    def of(cls, model: Any) -> "Forecaster":
        """Find the parts of a built or loaded model by their names."""
        names = ("normalize", "core", "denormalize")
        return cls(model, *(model.get_layer(name) for name in names))

    @cached_property
    def compiled(self) -> Any:
        """`forecast` as a graph, traced once for any number of windows."""
        tf = load_tensorflow()
        values = tf.TensorSpec([None, self.lookback], tf.float32)
        signature = [values, tf.TensorSpec([None], tf.int32)]
        return tf.function(self.forecast, signature, autograph=False)

    @property
    def needs_series(self) -> bool:
        """Whether the model must be told which series a window belongs to."""
        return len(self.model.inputs) > 1

    @property
    def lookback(self) -> int:
        """Steps the model sees."""
        return int(self.core.input_shape[1])

    @property
    def horizon(self) -> int:
        """Steps it predicts."""
        return int(self.core.output_shape[1])

    def forecast(self, values: Any, series: Any) -> Any:
        """Return raw forecasts (batch, horizon) of raw lookbacks (batch, lookback)."""
        inputs = {"values": values[:, :, None]}
        if self.needs_series:
            inputs["series"] = series
        return self.model(inputs, training=False)


def build_forecaster(
    section: ModelSection, scaler: Scaler, *, lookback: int, horizon: int
) -> Forecaster:
    """Build the untrained model around its core.

    The model's inputs are `values`, raw, of shape (batch, lookback, 1), and,
    when series have scales of their own, `series`, their numbers, of shape
    (batch,); the number after the last series stands for any other series. Its
    output is raw, of shape (batch, horizon).
    """
    keras = load_keras()
    from seqforecast.models.layers import Denormalize, Normalize

    rows = 1 if scaler.is_shared else len(scaler.center)
    normalize = Normalize(section.instance_norm, rows, name="normalize")
    normalize.set_scale(scaler.center[-rows:], scaler.spread[-rows:])
    inputs = {"values": keras.Input((lookback, 1), name="values")}
    if rows > 1:
        inputs["series"] = keras.Input((), dtype="int32", name="series")
    normalised, level, width, _ = normalize(*inputs.values())
    core = build_core(section, lookback=lookback, horizon=horizon)
    denormalize = Denormalize(section.instance_norm, name="denormalize")
    model = keras.Model(inputs, denormalize(core(normalised), level, width))
    return Forecaster.of(model)


def build_core(section: ModelSection, *, lookback: int, horizon: int) -> Any:
    """Stack segments, recurrent layers and the head as a Keras Sequential.

    It maps (batch, lookback, 1) to (batch, horizon). Every recurrent layer but
    the last returns its whole sequence. The decoder predicts all steps at once.
    """
    keras = load_keras()
    from seqforecast.models.segments import Position

    layers = keras.layers
    core = keras.Sequential([keras.Input((lookback, 1))], name="core")
    if section.segment is not None:
        core.add(layers.Reshape((lookback // section.segment, section.segment)))
    if section.embedding is not None:
        core.add(layers.Dense(section.embedding, "relu", name="embedding"))
    if section.position:
        core.add(Position(name="position"))
    for depth, units in enumerate(section.units):
        layer = getattr(layers, section.cell.layer_name)(
            units,
            activation=section.activation,
            return_sequences=depth < len(section.units) - 1,
            name=f"{section.cell.value}_{depth + 1}",
        )
        if section.bidirectional:
            layer = layers.Bidirectional(layer, name=f"bidirectional_{depth + 1}")
        core.add(layer)
        if section.dropout > 0:
            core.add(layers.Dropout(section.dropout, name=f"dropout_{depth + 1}"))
    core.add(_decoder(section, horizon))
    return core


def _decoder(section: ModelSection, horizon: int) -> Any:
    """Return the layer that turns the last hidden state into the horizon."""
    from seqforecast.models.segments import ParallelDecoder, small_start

    if section.decoder == "parallel" and section.segment is not None:
        return ParallelDecoder(
            section.cell.value,
            horizon,
            section.segment,
            section.activation,
            name="head",
        )
    dense = load_keras().layers.Dense
    return dense(horizon, kernel_initializer=small_start(), name="head")


def load_forecaster(path: Path) -> Forecaster:
    """Read a saved model.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: the file is no Keras model.
    """
    keras = load_keras()
    # They register what the file names.
    import seqforecast.models.layers
    import seqforecast.models.segments  # noqa: F401

    return Forecaster.of(keras.models.load_model(path, compile=False))
