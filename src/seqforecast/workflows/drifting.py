"""Drift of scored series: how far they have moved away from what was trained on."""

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import IntArray, Panel
from seqforecast.data.scaling import Scaler

# A mean this many spreads from the centre of the train part is told.
DRIFTED = 3.0


def describe_drift(
    panel: Panel, borders: IntArray, scaler: Scaler, known: npt.NDArray[np.bool_]
) -> list[str]:
    """Say which known series have moved away from their train part."""
    if scaler.kind not in ("standard", "robust"):
        return []
    far = []
    for i in np.flatnonzero(known & (borders < panel.lengths)).tolist():
        mean = panel.series(i)[borders[i] :].mean(dtype=np.float64)
        distance = abs(mean - scaler.center[i]) / scaler.spread[i]
        if distance > DRIFTED:
            far.append((distance, panel.ids[i]))
    if not far:
        return []
    distance, name = max(far)
    note = (
        f"Drift: the scored values of {len(far):,} of {int(known.sum()):,} series lie "
        f"on average more than {DRIFTED:g} spreads of the train part from its centre; "
        f"the farthest is {name}, {distance:.3g}."
    )
    return [note]
