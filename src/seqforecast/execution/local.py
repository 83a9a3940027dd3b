"""Fits on this machine: child processes, some of them at a time."""

import json
import logging
import os
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from seqforecast.errors import RunError
from seqforecast.execution.fit import Command, Ended, Fit, Watcher, train_command
from seqforecast.files import python_of
from seqforecast.runs.run_files import RunDirectory

LOGGER = logging.getLogger("seqforecast.execution")
PAUSE = 0.1  # seconds between two looks at the children
CHILD = python_of("seqforecast.execution.child")

# Sums split over threads round differently, so that a fit's numbers depend on how many
# cores it has. One core each, whatever the machine and --jobs, and they do not.
ONE_THREAD = dict.fromkeys(
    (
        "MKL_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)

# What TensorFlow needs for a small model, rounded up.
MEMORY_OF_A_FIT = 1_500_000_000


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


@dataclass(slots=True)
class Child:
    """A process that trains one fit.

    Attributes:
        fit: which.
        process: in a session of its own: a terminal's Ctrl-C reaches the parent only.
        output: its stdout.
        errors: its stderr.
        epochs: lines of its history when it was last looked at.
        began: when, by the monotonic clock.
    """

    fit: Fit
    process: subprocess.Popen[bytes]
    output: BinaryIO
    errors: BinaryIO
    epochs: int = 0
    began: float = field(default_factory=time.monotonic)

    def counted(self) -> int:
        """Return how many epochs are on disk."""
        try:
            lines = RunDirectory(self.fit.directory).history.read_bytes().count(b"\n")
        except OSError:
            return 0
        return max(0, lines - 1)

    def ended(self) -> Ended:
        """Return how it ended; the process must be over.

        Complete is what has its scores on disk, whatever the process did then.
        """
        if self.process.stdin is not None:
            self.process.stdin.close()
        code = self.process.wait()
        stdout, stderr = _read(self.output), _read(self.errors)
        seconds = time.monotonic() - self.began
        if RunDirectory(self.fit.directory).is_complete:
            return Ended(self.fit, "complete", seconds=seconds)
        for line in [f"ended with code {code}", *stderr.splitlines()]:
            LOGGER.debug("%s: %s", self.fit.name, line)
        error, hint = _why(code, stdout, stderr)
        return Ended(self.fit, "failed", error, hint, seconds, code)


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


def start_child(fit: Fit, words: Sequence[str], core: str, gpu: str | None) -> Child:
    """Start a fit's process.

    Args:
        fit: which.
        words: what Python is to run.
        core: the number of the only core it may use, or `any`.
        gpu: the only GPU it may see, as CUDA_VISIBLE_DEVICES has it; None: as here.

    Raises:
        OSError: the system starts no more processes.
    """
    environment = {**os.environ, **ONE_THREAD}
    if gpu is not None:
        environment["CUDA_VISIBLE_DEVICES"] = gpu
    output, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*CHILD, core, *words],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=errors,
        env=environment,
        start_new_session=True,
    )
    return Child(fit, process, output, errors)


def stop_children(children: Sequence[Child]) -> None:
    """Let all of them write down how far they came, and wait until they are gone.

    Raises:
        KeyboardInterrupt: came again meanwhile; they were killed.
    """
    try:
        for child in children:
            child.process.terminate()
        for child in children:
            child.process.wait()
    except KeyboardInterrupt:
        for child in children:
            child.process.kill()
        raise
    finally:
        for child in children:
            child.ended()


def _read(file: BinaryIO) -> str:
    file.seek(0)
    with file:
        return file.read().decode("utf-8", "replace").strip()


def _why(code: int, stdout: str, stderr: str) -> tuple[str, str]:
    """Return what went wrong and a hint, from the exit code, stdout and stderr."""
    with suppress(ValueError, LookupError, TypeError):
        error = json.loads(stdout)["error"]
        return str(error["message"]), str(error["hint"])
    last = stderr.splitlines()[-1] if stderr else f"exit code {code} and no scores"
    if code >= 0:
        return last, ""
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = "out of memory? fewer --jobs need less" if name == "SIGKILL" else ""
    return f"ended by {name}", hint


def choose_jobs(fits: int, *, cores: int, memory: int | None, gpus: int = 0) -> int:
    """Return how many fits to train at a time: one a core, and one a GPU if any.

    Args:
        fits: how many there are.
        cores: how many may be used.
        memory: bytes that are free; None where the system does not tell.
        gpus: how many are to be used.
    """
    limits = [fits, cores]
    if memory is not None:
        limits.append(memory // MEMORY_OF_A_FIT)
    if gpus:
        limits.append(gpus)
    return max(1, min(limits))
