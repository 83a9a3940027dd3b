"""Running fits on this machine, some of them at a time."""

import logging
import time
from collections import deque
from collections.abc import Sequence

from seqforecast.errors import RunError
from seqforecast.execution.beginning import train_command
from seqforecast.execution.children import Child, start_child, stop_children
from seqforecast.execution.fits import Command, Ended, Fit, Watcher
from seqforecast.runs.directory import RunDirectory

LOGGER = logging.getLogger("seqforecast.execution")

PAUSE = 0.1  # seconds between two looks at the children


def run_local(
    fits: Sequence[Fit],
    *,
    jobs: int,
    cores: Sequence[int] = (),
    gpus: Sequence[str] = (),
    watcher: Watcher | None = None,
    command: Command = train_command,
) -> list[Ended]:
    """Train every fit in a process of its own, `jobs` of them at a time.

    Each process has one core, whatever `jobs` is, and so the numbers do not depend
    on it. One that fails does not end the others. Nothing outlives this call, not
    even when this process is killed.

    Args:
        fits: in the order they are begun; complete ones are not run again.
        jobs: at least 1.
        cores: numbers of the cores that the jobs share out; empty: any.
        gpus: as CUDA_VISIBLE_DEVICES has them, one for each job in turn; empty: every
            job sees all there are.
        watcher: is told.
        command: what Python is to run for a fit.

    Returns:
        How each ended, in the order of `fits`.

    Raises:
        KeyboardInterrupt: came here; the children have written how far they came, or
            were killed when it came twice. What was complete stays.
    """
    watcher = watcher or Watcher()
    ended: dict[int, Ended] = {}
    waiting = deque(enumerate(fits))
    running: dict[int, tuple[int, Child]] = {}
    try:
        while waiting or running:
            for job in sorted(set(range(jobs)) - set(running)):
                if not waiting:
                    break
                number, fit = waiting.popleft()
                begun = _begin(fit, _core(job, jobs, cores), _gpu(job, gpus), command)
                if isinstance(begun, Child):
                    running[job] = number, begun
                    watcher.started(fit)
                else:
                    ended[number] = begun
                    tell(begun, watcher, len(ended), len(fits))
            time.sleep(PAUSE if running else 0)
            for job, (number, child) in list(running.items()):
                over = child.process.poll() is not None
                _look(child, watcher)
                if over:
                    ended[number] = child.ended()
                    del running[job]
                    tell(ended[number], watcher, len(ended), len(fits))
    except BaseException:
        stop_children([child for _, child in running.values()])
        raise
    return [ended[number] for number in range(len(fits))]


def _begin(fit: Fit, core: str, gpu: str | None, command: Command) -> Child | Ended:
    """Return the fit's process, or how it ended without one."""
    if RunDirectory(fit.directory).is_complete:
        return Ended(fit, "complete")
    try:
        return start_child(fit, command(fit), core, gpu)
    except RunError as error:
        return Ended(fit, "failed", str(error), error.hint)
    except OSError as error:
        return Ended(fit, "failed", f"its process cannot start: {error}")


def _look(child: Child, watcher: Watcher) -> None:
    """Tell of epochs that ended since the last look."""
    epochs = child.counted()
    if epochs != child.epochs:
        child.epochs = epochs
        watcher.progressed(child.fit, epochs)


def tell(ended: Ended, watcher: Watcher, done: int, total: int) -> None:
    """Say how a fit ended, and tell the watcher."""
    if ended.error:
        hint = f" ({ended.hint})" if ended.hint else ""
        LOGGER.warning("%s failed: %s%s", ended.fit.name, ended.error, hint)
    elif ended.seconds:
        LOGGER.info(
            "%s: complete in %.1f s, %d of %d",
            ended.fit.name,
            ended.seconds,
            done,
            total,
        )
    watcher.ended(ended)


def _core(job: int, jobs: int, cores: Sequence[int]) -> str:
    """Return the core of a job; few jobs on many cores are spread over them."""
    if not cores:
        return "any"
    return str(cores[job * max(1, len(cores) // jobs) % len(cores)])


def _gpu(job: int, gpus: Sequence[str]) -> str | None:
    return gpus[job % len(gpus)] if gpus else None
