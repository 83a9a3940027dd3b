"""Small panels for tests: whole-number times, ids a, b, c, ..."""

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import Any

import numpy as np

from seqforecast.data.features import FeatureSpec
from seqforecast.data.panel import Panel


def panel_of(series: Sequence[Sequence[float]], season: int | None = None) -> Panel:
    """Return a panel of the series, all starting at step 0."""
    arrays = [np.asarray(values, dtype=np.float32) for values in series]
    lengths = [len(values) for values in arrays]
    return Panel(
        values=np.concatenate(arrays),
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        ids=tuple(_names(len(arrays))),
        first_steps=np.zeros(len(arrays), dtype=np.int64),
        origin=0,
        frequency=1,
        season=season,
        sha256="0" * 64,
    )


def counting(*lengths: int) -> Panel:
    """Return series whose values are 1000 * series + step, so that each is known."""
    return panel_of(
        [1000 * number + np.arange(length) for number, length in enumerate(lengths)]
    )


def spec_of(**settings: Any) -> FeatureSpec:
    """Return features that are scaled by 0 and 1."""
    empty: dict[str, Any] = {"past": (), "future": (), "calendar": (), "static": {}}
    scale: dict[str, Any] = {"anchor": 0, "center": (), "factor": ()}
    spec = FeatureSpec(**{**empty, **scale, **settings})
    count = spec.by_step + spec.by_series
    return replace(
        spec, center=spec.center or (0.0,) * count, factor=spec.factor or (1.0,) * count
    )


def _names(count: int) -> list[str]:
    return (
        list(ascii_lowercase[:count]) if count <= 26 else [str(i) for i in range(count)]
    )
