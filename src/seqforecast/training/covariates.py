"""Covariates on the device: gathered inside the program, as the values are."""

from typing import Any

from seqforecast.backend import load_tensorflow
from seqforecast.data.features import Features


class Covariates:
    """The features of a panel, held once as tensors; `Features` says what they are."""

    def __init__(self, features: Features) -> None:
        tf = load_tensorflow()
        self._tracks = [
            (tf.constant(track.table, tf.float32), tf.constant(track.shifts, tf.int64))
            for track in features.tracks
        ]
        self._static = tf.constant(features.static, tf.float32)

    def take(self, places: Any, series: Any) -> Any:
        """Return what `Features.take` returns: (windows, steps, features)."""
        tf = load_tensorflow()
        parts = []
        for table, shifts in self._tracks:
            rows = places + tf.gather(shifts, series)[:, None]
            parts.append(tf.gather(table, tf.minimum(rows, table.shape[0] - 1)))
        static = tf.gather(self._static, series)[:, None]
        return tf.concat([*parts, tf.repeat(static, places.shape[1], axis=1)], axis=2)
