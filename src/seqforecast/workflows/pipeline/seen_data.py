"""What a run has seen: how far into each series it learnt from, or chose by."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqforecast.data.panel import IntArray, Panel, format_stamp
from seqforecast.files import write_json
from seqforecast.runs.documents import SeenSteps, read_document, read_trained
from seqforecast.runs.run_files import RunDirectory
from seqforecast.workflows.pipeline.prepare import Prepared

LOGGER = logging.getLogger("seqforecast")

Seen = Mapping[str, str | int]


def write_seen(run: RunDirectory, prepared: Prepared, before: Seen) -> None:
    """Write the last time stamp of each series' train and validation parts.

    Args:
        run: where it goes.
        prepared: what the run learns from.
        before: what its weights had seen when it began.
    """
    part = prepared.parts.seen
    until = dict(before)
    for name, stamp in _stamps(prepared.panel, part, part[:, 1] - 1).items():
        if name not in until or _is_after(stamp, until[name]):
            until[name] = stamp
    write_json(run.seen, {"schema": 1, "until": until})


def read_seen(run: RunDirectory) -> Seen:
    """Return the last time stamp that a run has seen of each series.

    Raises:
        RunError: the file is missing or broken.
    """
    return read_document(run, run.seen, SeenSteps)["until"]


def steps_seen(panel: Panel, seen: Seen) -> IntArray:
    """Return how many steps of each series were seen, shape (series,).

    None of a series that is not named, or whose steps are numbers here and dates there.

    Args:
        panel: of the run, or of other data.
        seen: the last time stamp of each series.
    """
    grid = panel.stamps(np.arange(int((panel.first_steps + panel.lengths).max())))
    steps = np.zeros(len(panel.ids), np.int64)
    for i, name in enumerate(panel.ids):
        if name in seen and isinstance(seen[name], int) == isinstance(
            panel.origin, int
        ):
            step = np.searchsorted(grid, _as_time(seen[name]), side="right")
            steps[i] = np.clip(step - panel.first_steps[i], 0, panel.lengths[i])
    return steps


def may_be_same(run: RunDirectory, prepared: Prepared) -> bool:
    """Return whether equal names may be equal series: not in other synthetic data.

    Raises:
        RunError: the manifest is broken.
    """
    is_table = prepared.experiment.data.source == "table"
    _, data = read_trained(run)
    return is_table or bool(data["sha256"] == prepared.panel.sha256)


def warn_of_seen(prepared: Prepared, seen: Seen, path: Path) -> int:
    """Warn that a test part is no test, if the series are what they are called.

    Args:
        prepared: the data whose test part is to be scored.
        seen: by the weights.
        path: of the run that they are of.

    Returns:
        The number of series whose test part begins no later than what was seen of it.
    """
    panel, part = prepared.panel, prepared.parts.test
    begins = _stamps(panel, part, part[:, 0])
    scored_before = np.flatnonzero(
        (part[:, 1] > part[:, 0]) & (steps_seen(panel, seen) > part[:, 0])
    )
    for name in [panel.ids[i] for i in scored_before[:1]]:
        LOGGER.warning(
            "%s has seen the test part of %d series (%r: tested from %s on, seen up to "
            "%s): where these are the same series, their scores flatter",
            path,
            len(scored_before),
            name,
            _plain(begins[name]),
            _plain(seen[name]),
        )
    return len(scored_before)


def note_seen(facts: Mapping[str, Any]) -> list[str]:
    """Say beside scores that weights had seen what is scored.

    Args:
        facts: of the manifest.
    """
    count = facts.get("from", {}).get("test_seen", 0)
    if not count:
        return []
    what = f"the test part of {count:,} series"
    return [f"The scores flatter: the weights it began with had seen {what}."]


def _stamps(panel: Panel, part: IntArray, steps: IntArray) -> dict[str, str | int]:
    """Return the time stamp of a step of each series that has this part."""
    has = np.flatnonzero(part[:, 1] > part[:, 0])
    stamps: npt.NDArray[Any] = panel.stamps(panel.first_steps[has] + steps[has])
    texts = stamps.tolist() if stamps.dtype.kind == "i" else stamps.astype(str).tolist()
    return {panel.ids[i]: stamp for i, stamp in zip(has, texts, strict=True)}


def _is_after(one: str | int, other: str | int) -> bool:
    """Return whether a time stamp is later; dates and numbers have no common past."""
    if isinstance(one, int) != isinstance(other, int):
        return True
    return bool(_as_time(one) > _as_time(other))


def _as_time(stamp: str | int) -> Any:
    return stamp if isinstance(stamp, int) else np.datetime64(stamp)


def _plain(stamp: str | int) -> str:
    """Return a time stamp for a message, without what is zero."""
    import pandas as pd

    return format_stamp(stamp if isinstance(stamp, int) else pd.Timestamp(stamp))
