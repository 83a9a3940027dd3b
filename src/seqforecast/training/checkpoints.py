"""Checkpoints: all that is needed to go on as if nothing had happened."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from seqforecast.errors import RunError
from seqforecast.training.history import EpochRecord, History

Arrays = list[npt.NDArray[Any]]


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
    """

    history: History
    current: Arrays
    best: Arrays
    kept: tuple[Arrays, ...] = ()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the named arrays of an .npz file; history travels as JSON text."""
        text = json.dumps([record.values() for record in self.history])
        named = {"history": np.frombuffer(text.encode(), dtype=np.uint8)}
        for kind, arrays in (("current", self.current), ("best", self.best)):
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
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                rows = json.loads(file["history"].tobytes().decode())
                history = tuple(EpochRecord(**row) for row in rows)
                current, best = (_arrays(file, kind) for kind in ("current", "best"))
                fits = range(sum(name.endswith("_0") for name in file.files))
                kept = tuple(filter(None, (_arrays(file, f"kept{i}") for i in fits)))
        except (
            ValueError,
            KeyError,
            TypeError,
            OSError,
            EOFError,
            BadZipFile,
        ) as error:
            raise RunError(
                f"{path} cannot be read as a checkpoint: {error}",
                hint="start the run again without --resume",
            ) from error
        return cls(history, current, best, kept)


def check_shapes(arrays: Arrays, expected: list[tuple[int, ...]]) -> None:
    """Refuse arrays that belong to another model.

    Raises:
        RunError: their number or a shape differs.
    """
    if [array.shape for array in arrays] != expected:
        raise RunError(
            "the checkpoint is that of another model than the run's settings make",
            hint="was resolved.yaml edited? start the run again without --resume",
        )


def _arrays(file: Any, kind: str) -> Arrays:
    count = sum(name.startswith(f"{kind}_") for name in file.files)
    return [file[f"{kind}_{i}"] for i in range(count)]
