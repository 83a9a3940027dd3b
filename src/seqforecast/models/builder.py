"""The Sequential core, and the model around it: raw values in, raw values out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqforecast.backend import load_keras
from seqforecast.data.features import FeatureSpec
from seqforecast.data.scaling import Scaler
from seqforecast.errors import RunError
from seqforecast.models.forecaster import Forecaster
from seqforecast.models.layers.decoders import decoder_layers
from seqforecast.models.section import ModelSection
from seqforecast.models.size import Tokens, tokens_of


def build_forecaster(
    section: ModelSection,
    scaler: Scaler,
    *,
    lookback: int,
    horizon: int,
    season: int | None = None,
    features: FeatureSpec | None = None,
) -> Forecaster:
    """Build the untrained model around its core.

    The model's inputs are `values`, raw, of shape (batch, lookback, 1), and,
    when series have scales or vectors of their own, `series`, their numbers, of shape
    (batch,); the number after the last series stands for any other series. With
    features also `covariates`, raw, of shape (batch, lookback + horizon, features).
    Its output is raw, of shape (batch, horizon), or (batch, horizon, quantiles) in
    order where the section asks for quantiles.
    """
    keras = load_keras()
    from seqforecast.models.layers.normalize import Denormalize, Normalize

    rows = 1 if scaler.is_shared else len(scaler.center)
    norm, steps = section.instance_norm, season or 1
    normalize = Normalize(norm, rows, season=steps, name="normalize")
    normalize.set_scale(scaler.center[-rows:], scaler.spread[-rows:])
    inputs = {"values": keras.Input((lookback, 1), name="values")}
    if rows > 1 or section.series_embedding is not None:
        inputs["series"] = keras.Input((), dtype="int32", name="series")
    if features is not None:
        shape = (lookback + horizon, len(features.center))
        inputs["covariates"] = keras.Input(shape, name="covariates")
    join = None
    if features is not None or section.series_embedding is not None:
        join = _join(section, features, lookback, horizon)
    core = build_core(
        section,
        lookback=lookback,
        horizon=horizon,
        features=features,
        series=len(scaler.center) - 1,
    )
    denormalize = Denormalize(section.instance_norm, name="denormalize")
    simple = _simple(section, horizon, steps)
    parts = Forecaster(None, normalize, join, core, denormalize, simple)
    normalised, level, width, _ = parts.normalise(inputs)
    out = denormalize(core(parts.read(normalised, inputs)), level, width)
    if section.quantiles:
        from seqforecast.models.layers.decoders import Quantiles

        out = Quantiles(section.quantiles, name="quantiles")(out)
    return replace(parts, model=keras.Model(inputs, out))


def _simple(section: ModelSection, horizon: int, season: int) -> Any:
    """Return the layer of the simple forecaster that the core adds to; None: none."""
    if section.residual_of == "none":
        return None
    from seqforecast.models.layers.simple import Simple

    norm = section.instance_norm
    return Simple(section.residual_of, horizon, season, norm, name="simple")


def _join(
    section: ModelSection, features: FeatureSpec | None, lookback: int, horizon: int
) -> Any:
    """Return the layer that makes tokens of all that is read."""
    from seqforecast.models.layers.tokens import Join

    sizes = {} if features is None else features.sizes
    join = Join(
        lookback,
        horizon,
        section.segment or 1,
        numbers_series=section.series_embedding is not None,
        name="join",
        **sizes,
    )
    if features is not None:
        join.set_scale(features.center, features.factor)
    return join


def build_core(
    section: ModelSection,
    *,
    lookback: int,
    horizon: int,
    features: FeatureSpec | None = None,
    series: int = 1,
) -> Any:
    """Stack segments, recurrent layers and the head as a Keras Sequential.

    It maps (batch, lookback, 1) to (batch, horizon), or, when there is more to read
    than values, tokens that `Join` has made; where something is known over the horizon,
    it is a model of these tokens and of that, which the head alone reads. Every
    recurrent layer but the last returns its whole sequence. The decoder predicts all
    steps at once. With quantiles it ends in (batch, horizon, quantiles), which may
    cross: each output learns its own level.
    """
    keras = load_keras()
    tokens = tokens_of(section, lookback=lookback, horizon=horizon, features=features)
    is_joined = features is not None or section.series_embedding is not None
    shape = (tokens.count, tokens.joined) if is_joined else (lookback, 1)
    # Each layer is built before the next one is made: both draw random numbers.
    chain = _encoder(section, None if is_joined else tokens, series)
    if not tokens.places:
        core = keras.Sequential([keras.Input(shape)], name="core")
        for layer in chain:
            core.add(layer)
        for layer in decoder_layers(section, horizon, reads_ahead=False):
            core.add(layer)
        return core
    state = inputs = keras.Input(shape)
    ahead = keras.Input((tokens.places, tokens.ahead))
    for layer in chain:
        state = layer(state)
    head, *shaped = decoder_layers(section, horizon, reads_ahead=True)
    out = head([state, ahead])
    for layer in shaped:
        out = layer(out)
    return keras.Model([inputs, ahead], out, name="core")


def _encoder(
    section: ModelSection, folded: Tokens | None, series: int
) -> Iterator[Any]:
    """Yield the layers from what is read to the last hidden state.

    Args:
        section: what is built.
        folded: the tokens that steps are to be folded into; None if they are already.
        series: how many may have a vector.
    """
    from seqforecast.models.layers.decoders import Position
    from seqforecast.models.layers.tokens import SeriesVectors

    layers = load_keras().layers
    if folded is not None and section.segment is not None:
        yield layers.Reshape((folded.count, folded.width))
    if section.series_embedding is not None:
        yield SeriesVectors(series + 1, section.series_embedding, name="vectors")
    if section.embedding is not None:
        yield layers.Dense(section.embedding, "relu", name="embedding")
    if section.position:
        yield Position(name="position")
    for depth, units in enumerate(section.units):
        layer = getattr(layers, section.cell.layer_name)(
            units,
            activation=section.activation,
            return_sequences=depth < len(section.units) - 1,
            name=f"{section.cell.value}_{depth + 1}",
        )
        if section.bidirectional:
            layer = layers.Bidirectional(layer, name=f"bidirectional_{depth + 1}")
        yield layer
        if section.dropout > 0:
            yield layers.Dropout(section.dropout, name=f"dropout_{depth + 1}")


def load_forecaster(path: Path) -> Forecaster:
    """Read a saved model.

    Raises:
        RunError: there is no such file, or it is no model of ours.
    """
    keras = load_keras()
    # They register what the file names.
    import seqforecast.models.layers  # noqa: F401

    try:
        return Forecaster.of(keras.models.load_model(path, compile=False))
    except Exception as error:  # Keras raises many kinds, some of them its own
        why = str(error) if path.is_file() else "there is no such file"
        raise RunError(
            f"{path} cannot be read: {why}",
            hint="the settings in force, beside it, train the run again",
        ) from error
