"""Material: what windows are gathered from, held once for every model that learns."""

from typing import Any

import numpy as np

from seqforecast.backend import load_tensorflow
from seqforecast.data.features import Features
from seqforecast.data.panel import FloatArray, IntArray
from seqforecast.training.covariates import Covariates


class Material:
    """A panel as tensors: windows of any lookback are gathered from it.

    Args:
        values: the flat array of the panel.
        filled: where in it those lie that the data do not have.
        features: what is read beside the values.
        begins: shape (series,), where each series begins, when lookbacks may begin
            before it.
    """

    def __init__(
        self,
        values: FloatArray,
        filled: IntArray | None = None,
        features: Features | None = None,
        begins: IntArray | None = None,
    ) -> None:
        tf = load_tensorflow()
        self._values = tf.constant(values, tf.float32)
        self._begins = None if begins is None else tf.constant(begins, tf.int64)
        self._covariates = None if features is None else Covariates(features)
        self._observed = None
        if filled is not None and len(filled):
            observed = np.ones(len(values), np.bool_)
            observed[filled] = False
            self._observed = tf.constant(observed)

    def windows(self, starts: Any, series: Any, steps: int) -> tuple[Any, Any]:
        """Return values, (batch, steps), and covariates, (batch, steps, features).

        The covariates are None where nothing is read beside the values.

        Args:
            starts: where the windows start in the flat array, shape (batch,).
            series: which series they belong to, shape (batch,).
            steps: lookback and horizon.
        """
        tf = load_tensorflow()
        places = starts[:, None] + tf.range(steps, dtype=tf.int64)
        if self._begins is not None:
            places = tf.maximum(places, tf.gather(self._begins, series)[:, None])
        found = self._covariates
        covariates = None if found is None else found.take(places, series)
        return tf.gather(self._values, places), covariates

    def observed(self, first: Any, steps: int) -> Any:
        """Return which values are in the data, (batch, steps); None: all of the panel.

        Args:
            first: the position of each first step, shape (batch,).
            steps: how many from there.
        """
        if self._observed is None:
            return None
        tf = load_tensorflow()
        places = first[:, None] + tf.range(steps, dtype=tf.int64)
        return tf.gather(self._observed, places)
