"""Checkpoints: all that is needed to go on as if nothing had happened."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from seqforecast.errors import RunError
from seqforecast.files import read_arrays, reading
from seqforecast.training.history import EpochRecord, History

Arrays = list[npt.NDArray[Any]]
ANEW = "start the run again without --resume"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The state at the end of an epoch.

    Attributes:
        history: every epoch so far.
        current: all variables (weights, dropout state, optimizer state), in the
            order of `Engine.variables`.
        best: the weights of the best validation epoch, in the order of the model;
            empty in a refit.
        kept: the weights that each fit before this one ended with.
        mean: the mean of the weights of the last epochs, in the order of the model;
            empty where each epoch is judged by its own.
    """

    history: History
    current: Arrays
    best: Arrays
    kept: tuple[Arrays, ...] = ()
    mean: Arrays = field(default_factory=list)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the named arrays of an .npz file; history travels as JSON text."""
        text = json.dumps([record.values() for record in self.history])
        named = {"history": np.frombuffer(text.encode(), dtype=np.uint8)}
        kinds = {"current": self.current, "best": self.best, "mean": self.mean}
        for kind, arrays in kinds.items():
            named |= {f"{kind}_{i}": array for i, array in enumerate(arrays)}
        for fit, arrays in enumerate(self.kept):
            named |= {f"kept{fit}_{i}": array for i, array in enumerate(arrays)}
        return named

    @classmethod
    def read(cls, path: Path) -> "Checkpoint":
        """Read a checkpoint; no pickles are opened.

        Raises:
            RunError: the file is not a checkpoint.
        """
        named = read_arrays(path, ANEW)
        with reading(path, ANEW):
            rows = named["history"].tobytes()
            history = TypeAdapter(list[EpochRecord]).validate_json(rows, strict=True)
            kinds = ("current", "best", "mean")
            current, best, mean = (_arrays(named, kind) for kind in kinds)
            fits = range(sum(name.endswith("_0") for name in named))
            kept = tuple(filter(None, (_arrays(named, f"kept{i}") for i in fits)))
        return cls(tuple(history), current, best, kept, mean)


def assign(variables: Iterable[Any], values: Arrays) -> None:
    """Give variables, in their order, these values.

    Raises:
        RunError: they belong to another model: their number or a shape differs.
    """
    mine = [*variables]
    if [tuple(each.shape) for each in mine] != [each.shape for each in values]:
        raise RunError(
            "the checkpoint is that of another model than the run's settings make",
            hint="was resolved.yaml edited? start the run again without --resume",
        )
    for variable, value in zip(mine, values, strict=True):
        variable.assign(value)


def averaged(mean: Arrays, own: Arrays, epochs: int) -> Arrays:
    """Return the mean of so many epochs from that of the epochs before and this one's.

    What is counted, such as the state of dropout, is not averaged. Izmailov et al.,
    "Averaging weights leads to wider optima", 2018, here with weights that fade.
    """
    if epochs == 1 or not mean:
        return own
    return [
        old + (new - old) / np.float32(epochs) if new.dtype.kind == "f" else new
        for old, new in zip(mean, own, strict=True)
    ]


def _arrays(named: Mapping[str, npt.NDArray[Any]], kind: str) -> Arrays:
    count = sum(name.startswith(f"{kind}_") for name in named)
    return [named[f"{kind}_{i}"] for i in range(count)]
