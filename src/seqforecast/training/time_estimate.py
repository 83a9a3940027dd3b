"""How long training will take, from a few measured steps."""

import io
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from seqforecast.models.batched_forecast import batch_size
from seqforecast.training.checkpoints import Checkpoint
from seqforecast.training.engine import Engine
from seqforecast.training.loop import TrainingData, fit
from seqforecast.training.window_order import windows_in_epoch

# After the first chunk of steps, which compiles, so many seconds of training are
# watched, in chunks enough to tell it from what compiles later; not longer than that.
SECONDS = 1.5
CHUNKS = 4
SECONDS_AT_MOST = 5.0

BATCHES = 12


class EnoughError(Exception):
    """Raised through `fit` once enough has been seen."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some training steps: how long they took, and on how many windows."""

    seconds: float
    windows: int


@dataclass(frozen=True, slots=True)
class TrainingCost:
    """What training costs.

    Attributes:
        once: seconds spent once: tracing and compiling.
        epoch: seconds an epoch, validation and checkpoint included.
        windows_per_second: training windows over training seconds.
    """

    once: float
    epoch: float
    windows_per_second: float


@dataclass(slots=True)
class Stopwatch:
    """Watches `fit` as a run does, and ends it when enough has been seen.

    Attributes:
        clock: returns seconds.
        chunks: the steps so far.
        epochs: seconds of each whole epoch.
    """

    clock: Callable[[], float] = time.perf_counter
    chunks: list[Chunk] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)
    _done: int = field(init=False, default=0)
    _epoch_began: float = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        """Start."""
        self._began = self._epoch_began = self.clock()

    def fit_began(self, fit: int, member: int, *, refit: bool) -> None:
        """Nothing to note."""

    def stepped(self, epoch: int, done: int, total: int, loss: float) -> None:  # noqa: ARG002
        """Note a chunk of steps."""
        now = self.clock()
        self.chunks.append(Chunk(now - self._began, done - self._done))
        self._began, self._done = now, done
        self._end_when_enough()

    def epoch_ended(self, checkpoint: Checkpoint) -> None:
        """Note an epoch, once the checkpoint is made that a run would write."""
        np.savez(io.BytesIO(), **checkpoint.arrays())  # type: ignore[arg-type]
        now = self.clock()
        self.epochs.append(now - self._epoch_began)
        self._began, self._done, self._epoch_began = now, 0, now

    def _end_when_enough(self) -> None:
        after = self.chunks[1:]
        watched = sum(chunk.seconds for chunk in after)
        steady = _seconds_a_window(self.chunks) * sum(chunk.windows for chunk in after)
        enough = steady >= SECONDS and len(self.chunks) >= CHUNKS
        if enough or watched >= SECONDS_AT_MOST:
            raise EnoughError


def measure_training_cost(
    engine: Engine,
    data: TrainingData,
    seed: int,
    clock: Callable[[], float] = time.perf_counter,
) -> TrainingCost:
    """Train a little, and say how long all of it will take.

    Changes the engine's model.

    Raises:
        NotFiniteError: a loss or a gradient was not finite.
    """
    watch = Stopwatch(clock)
    with suppress(EnoughError):
        fit(engine, data, seed, watch)
    count = windows_in_epoch(engine.section, len(data.train))
    if len(watch.epochs) > 1:
        return training_cost_of(watch, count, validation=0.0)
    # Batches enough for every core, as validation itself has them.
    some = data.validation.take(slice(0, BATCHES * batch_size(engine.forecaster)))
    engine.objective.loss(some)
    started = clock()
    engine.objective.loss(some)
    validation = (clock() - started) / len(some) * len(data.validation)
    return training_cost_of(watch, count, validation=validation)


def training_cost_of(
    watch: Stopwatch, windows: int, *, validation: float
) -> TrainingCost:
    """Return what an epoch of so many windows costs.

    Where whole epochs were seen, the middle one of those after the first counts;
    else chunks do, and `validation`, in seconds, is added.
    """
    second = _seconds_a_window(watch.chunks)
    if len(watch.epochs) > 1:
        epoch = statistics.median(watch.epochs[1:])
        return TrainingCost(max(watch.epochs[0] - epoch, 0.0), epoch, 1 / second)
    seen = sum(chunk.seconds - chunk.windows * second for chunk in watch.chunks)
    return TrainingCost(max(seen, 0.0), windows * second + validation, 1 / second)


def _seconds_a_window(chunks: list[Chunk]) -> float:
    """Return the seconds of the middle window, those of the first chunk left out.

    The median is blind to the chunks that compile.
    """
    paces = sorted(
        (chunk.seconds / chunk.windows, chunk.windows) for chunk in chunks[1:] or chunks
    )
    half, seen = sum(count for _, count in paces) / 2, 0
    for pace, count in paces:
        seen += count
        if seen >= half:
            return pace
    return paces[-1][0]
