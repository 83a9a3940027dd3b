"""What each window is taken relative to, and which values allow it."""

from typing import Literal

import numpy as np

from seqforecast.data.panel import Panel
from seqforecast.errors import DataError

InstanceNorm = Literal["none", "last", "mean", "zscore", "zlast", "blend", "logmean"]


def check_values(panel: Panel, kind: InstanceNorm) -> None:
    """Refuse values that a normalisation cannot take.

    Raises:
        DataError: logmean with a value that has no logarithm.
    """
    if kind != "logmean" or panel.values.min() > 0:
        return
    where = int(np.argmax(panel.values <= 0))
    series = int(np.searchsorted(panel.offsets, where, side="right")) - 1
    step = panel.first_steps[series] + where - panel.offsets[series]
    stamp = panel.stamps(np.array([step]))[0]
    raise DataError(
        f"model.instance_norm logmean takes logarithms, but series "
        f"{panel.ids[series]} has the value {panel.values[where]:g} at {stamp}",
        hint="use instance_norm: mean, zscore or last",
    )
