"""A Keras layer that puts quantiles in order.

This module opens Keras when it is imported; import it late.
"""

from typing import Any

from seqforecast.backend import load_keras

keras = load_keras()
ops = keras.ops


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
